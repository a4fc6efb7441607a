package io.covenant.locks.operation;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.OperatorAct;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.web.Door;
import io.covenant.locks.wire.LockHeaders;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Puts what operators do to the group into the audit, before it is done: what cannot be written there is not done.
@Component
final class Acts {

    private static final Logger LOG = LoggerFactory.getLogger(Acts.class);

    private final Door door;
    private final HttpServletRequest request;

    /// @param request the one that is being answered
    Acts(Door door, HttpServletRequest request) {
        this.door = door;
        this.request = request;
    }

    /// @param name   of the node that it is done to
    /// @param reason absent where the operator gave none
    void note(OperatorAct act, String name, @Nullable String reason, HttpServletResponse response) {
        var by = operator();
        var reply = door.ask(new Command.Note(act, name, by, reason == null ? "" : reason), response);
        if (!(reply instanceof Reply.Done)) {
            throw door.refusal(reply);
        }
        LOG.info("{} by {}: {} ({})", act, by, name, reason);
    }

    /// The name in the token; where nobody is asked for one, whom the request names.
    String operator() {
        var principal = request.getUserPrincipal();
        return principal != null
                ? principal.getName()
                : Door.text(request.getHeader(LockHeaders.OPERATOR), LockHeaders.OPERATOR);
    }
}
