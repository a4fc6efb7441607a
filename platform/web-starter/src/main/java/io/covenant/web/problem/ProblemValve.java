package io.covenant.web.problem;

import io.covenant.web.request.RequestId;
import java.io.IOException;
import java.util.UUID;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;

/// Reports what Tomcat itself refuses, before any filter has seen it: a malformed request line, headers too long.
final class ProblemValve extends ErrorReportValve {

    private final ProblemWriter writer;

    ProblemValve(ProblemWriter writer) {
        this.writer = writer;
        setShowReport(false);
        setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        var status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        var id = UUID.randomUUID().toString();
        MDC.put(RequestId.MDC_KEY, id);
        try {
            response.setHeader(RequestId.HEADER, id);
            writer.write(ProblemErrorController.ofStatus(status), request.getRequest(), response.getResponse());
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("Nobody hears the report", e);
        } finally {
            MDC.remove(RequestId.MDC_KEY);
        }
    }
}
