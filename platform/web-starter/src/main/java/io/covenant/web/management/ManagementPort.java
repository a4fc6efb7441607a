package io.covenant.web.management;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/// The port at which a service is watched.
public final class ManagementPort {

    private ManagementPort() {}

    /// Whether this request came to it, where it is a port of its own.
    public static boolean took(HttpServletRequest request) {
        return WebServerApplicationContext.hasServerNamespace(
                WebApplicationContextUtils.getWebApplicationContext(request.getServletContext()), "management");
    }
}
