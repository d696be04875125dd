-- Run by test_neovim.py: opens a file, waits for what the server says, and writes what Neovim shows to a file.
local server = vim.env.LLMLINT_SERVER
local shown = {}

local function waited(what, condition)
  if not vim.wait(60000, condition, 20) then
    error("nothing came: " .. what)
  end
end

local function act()
  vim.cmd("edit tests/test_cart.py")
  local client = vim.lsp.start_client({
    name = "llmlint",
    cmd = vim.split(server, "\n"),
    root_dir = vim.fn.getcwd(),
  })
  vim.lsp.buf_attach_client(0, client)
  waited("a diagnostic", function()
    return #vim.diagnostic.get(0) > 0
  end)
  shown.diagnostics = vim.tbl_map(function(one)
    return { one.lnum, one.col, one.code, one.source, one.message }
  end, vim.diagnostic.get(0))
  shown.virtual = {}
  waited("text beside the line", function()
    -- The name spaces of such texts have no names.
    for space = 1, 100 do
      local known, marks = pcall(vim.api.nvim_buf_get_extmarks, 0, space, 0, -1, { details = true })
      for _, mark in ipairs(known and marks or {}) do
        for _, chunk in ipairs(mark[4].virt_text or {}) do
          table.insert(shown.virtual, chunk[1])
        end
      end
    end
    return #shown.virtual > 0
  end)

  local first = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col + 1 })
  vim.lsp.buf.hover()
  local float
  waited("a hover", function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        float = window
      end
    end
    return float ~= nil
  end)
  shown.hover = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, false)
  vim.api.nvim_win_close(float, true)

  vim.ui.select = function(items, options, choose)
    shown.actions = vim.tbl_map(options.format_item, items)
    for index, item in ipairs(items) do
      if options.format_item(item):match("^Rename") then
        choose(item, index)
      end
    end
  end
  vim.lsp.buf.code_action()
  waited("the edit of the action", function()
    return vim.bo.modified
  end)
  shown.text = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  waited("that the finding goes", function()
    return #vim.diagnostic.get(0) == 0
  end)
end

local fine, problem = pcall(act)
shown.problem = not fine and problem or nil
vim.fn.writefile({ vim.fn.json_encode(shown) }, vim.env.LLMLINT_SHOWN)
vim.lsp.stop_client(vim.lsp.get_active_clients())
vim.cmd("qall!")
