package io.covenant.web.request;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// The id under which one request appears in the logs of every node it touches.
public final class RequestId {

    public static final String HEADER = "X-Request-Id";

    /// The key in the logging context.
    public static final String MDC_KEY = "requestId";

    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /// The id that came with a request, or a new one if none came or it might spoil a log line.
    public static String acceptOrMake(@Nullable String offered) {
        return offered != null && WELL_FORMED.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
    }

    /// The id of the request that this thread works on.
    public static @Nullable String current() {
        return MDC.get(MDC_KEY);
    }
}
