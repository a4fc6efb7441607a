package io.covenant.security.token;

import java.net.URI;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.oauth2.jwt.JwtException;

/// The issuer did not tell its keys, or gave no token, and nothing that it said before is of use any more.
public final class IssuerUnreachableException extends JwtException {

    private final URI issuer;

    IssuerUnreachableException(URI issuer, Throwable cause) {
        super("the issuer %s does not answer as one: %s".formatted(issuer, said(cause)), cause);
        this.issuer = issuer;
    }

    private static String said(Throwable failure) {
        var root = NestedExceptionUtils.getMostSpecificCause(failure);
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    public URI issuer() {
        return issuer;
    }
}
