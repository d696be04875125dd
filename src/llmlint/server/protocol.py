"""JSON-RPC where the client speaks badly: whoever asked gets an error, and the server lives on (JSON-RPC 2.0, section 5.1)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest, JsonRpcParseError
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """pygls' own, but for messages that it cannot read: it answers those by a message to the user, and leaves a request waiting."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message that a JSON object is; any other object as it is."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" not in data:
                raise
            if isinstance(identity := data.get("id"), int | str):
                self.refuse(error, identity)
            else:
                # Nobody waits for an answer to a notification, and none may be given.
                words = f"llmlint: a notification that cannot be read: {str(data['method'])[:100]}"
                message = types.LogMessageParams(types.MessageType.Warning, words)
                self.notify(types.WINDOW_LOG_MESSAGE, message)
            return _REFUSED

    def handle_message(self, message: Any) -> None:
        """Delegates a message.

        Raises:
            JsonRpcInvalidRequest: it is none.
        """
        if message is _REFUSED:
            return
        if not hasattr(message, "jsonrpc"):
            raise JsonRpcInvalidRequest
        super().handle_message(message)

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Lets a handler answer a message; pygls 2.1 keeps what it does for notifications for ever, two kilobytes a keystroke."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)

        def forget(done: Future[Any]) -> None:
            if self._request_futures.get(msg_id) is done:
                del self._request_futures[msg_id]

        if future is not None:
            future.add_done_callback(forget)

    def _handle_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        """Takes the client's answer; one that nobody waits for any more is no fault (pygls 2.1 answers it by an error)."""
        future = self._request_futures.get(msg_id)
        if future is not None and future.cancelled():
            del self._request_futures[msg_id]
        else:
            super()._handle_response(msg_id, result, error)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        """Ends a request; that it was answered already is no fault of the client's, and nothing for its log."""
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    def refuse(self, error: Exception, identity: int | str | None = None) -> None:
        """Answers by an error; without an identity where it cannot be told which request is meant."""
        if not isinstance(error, JsonRpcException):
            error = (
                JsonRpcParseError(str(error)) if isinstance(error, ValueError) else JsonRpcInvalidRequest(str(error))
            )
        self._send_data(types.ResponseErrorMessage(identity, error.to_response_error()))


_REFUSED = object()
