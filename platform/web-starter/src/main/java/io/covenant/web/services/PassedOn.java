package io.covenant.web.services;

import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.request.RequestId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a call takes along of the request on whose behalf it is made.
///
/// @param requestId absent where there is none, or the call names one itself
/// @param hurried   whether that request has a deadline, so that the one who is called should know of it
record PassedOn(@Nullable String requestId, boolean hurried) {

    /// @param left nanoseconds
    Map<String, String> headers(long left) {
        var headers = new LinkedHashMap<String, String>();
        if (requestId != null) {
            headers.put(RequestId.HEADER, requestId);
        }
        if (hurried) {
            headers.put(RequestDeadline.HEADER, Long.toString(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left))));
        }
        return headers;
    }
}
