package io.covenant.web.direct;

import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.request.RequestId;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.LocaleResolver;
import tools.jackson.databind.json.JsonMapper;

/// Answers plain requests to [Direct] endpoints, and passes on everything else, with its body, as if it had not looked
/// at it: so what is refused is refused in one way, by one piece of code.
final class DirectFilter extends HttpFilter {

    /// What our own clients send.
    private static final Set<String> ACCEPTING =
            Set.of("application/json", "application/json, application/problem+json", "*/*");

    /// What is read here, or is nobody's concern behind the connection. Any other may mean something to a filter.
    private static final Set<String> HEADERS = Set.of(
            "host",
            "user-agent",
            "connection",
            "accept",
            "content-type",
            "content-length",
            "authorization",
            RequestId.HEADER.toLowerCase(Locale.ROOT),
            RequestDeadline.HEADER.toLowerCase(Locale.ROOT));

    private final Supplier<Map<String, Endpoint>> endpoints;
    private final Admission admission;
    private final long longestBody;
    private final JsonMapper mapper;
    private final Supplier<HandlerExceptionResolver> failures;
    private final Supplier<LocaleResolver> locales;

    /// @param endpoints asked late: they are made after the filters, as `failures` and `locales` are
    DirectFilter(
            Supplier<Map<String, Endpoint>> endpoints,
            Admission admission,
            long longestBody,
            JsonMapper mapper,
            Supplier<HandlerExceptionResolver> failures,
            Supplier<LocaleResolver> locales) {
        this.endpoints = endpoints;
        this.admission = admission;
        this.longestBody = longestBody;
        this.mapper = mapper;
        this.failures = failures;
        this.locales = locales;
    }

    /// @throws IllegalStateException if one of them is marked in vain
    void findEndpoints() {
        var _ = endpoints.get();
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long start = System.nanoTime();
        var endpoint = endpoints.get().get(request.getRequestURI());
        if (endpoint == null || !isPlain(request) || !admission.admits(request)) {
            chain.doFilter(request, response);
            return;
        }
        var hurry = request.getHeader(RequestDeadline.HEADER);
        var deadline = hurry == null ? null : RequestDeadline.of(hurry);
        if (hurry != null && deadline == null) {
            chain.doFilter(request, response);
            return;
        }
        var read = ReadBody.of(request, request.getContentLength());
        var bytes = read.whole();
        var body = bytes == null ? null : endpoint.read(bytes);
        if (body == null) {
            chain.doFilter(read, response);
            return;
        }
        var id = RequestId.acceptOrMake(request.getHeader(RequestId.HEADER));
        response.setHeader(RequestId.HEADER, id);
        MDC.put(RequestId.MDC_KEY, id);
        LocaleContextHolder.setLocale(locales.get().resolveLocale(request));
        try {
            if (deadline == null) {
                answer(endpoint, body, read, response);
            } else {
                deadline.bound(() -> {
                    answer(endpoint, body, read, response);
                    return endpoint;
                });
            }
            endpoint.count(response.getStatus(), System.nanoTime() - start);
        } catch (Exception e) {
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR); // unless it is on its way
            endpoint.count(response.getStatus(), e, System.nanoTime() - start);
            switch (e) {
                case ServletException known -> throw known;
                case IOException known -> throw known;
                case RuntimeException known -> throw known;
                default -> throw new ServletException(e);
            }
        } finally {
            LocaleContextHolder.resetLocaleContext();
            MDC.remove(RequestId.MDC_KEY);
        }
    }

    private boolean isPlain(HttpServletRequest request) {
        int length = request.getContentLength();
        if (length <= 0
                || length > longestBody
                || !"POST".equals(request.getMethod())
                || !MediaType.APPLICATION_JSON_VALUE.equals(request.getContentType())
                || request.getQueryString() != null) {
            return false;
        }
        for (var names = request.getHeaderNames(); names.hasMoreElements(); ) {
            if (!HEADERS.contains(names.nextElement().toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        var accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept == null || ACCEPTING.contains(accept);
    }

    private void answer(Endpoint endpoint, Object body, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        try {
            var answer = endpoint.answer(body);
            if (answer instanceof ResponseEntity<?> entity) {
                write(entity.getStatusCode().value(), entity.getHeaders(), entity.getBody(), response);
            } else {
                write(HttpServletResponse.SC_OK, HttpHeaders.EMPTY, answer, response);
            }
        } catch (Exception e) {
            if (response.isCommitted()
                    || failures.get().resolveException(request, response, endpoint.method(), e) == null) {
                throw e;
            }
        }
    }

    private void write(int status, HttpHeaders headers, @Nullable Object body, HttpServletResponse response)
            throws IOException {
        var bytes = body == null ? new byte[0] : mapper.writeValueAsBytes(body);
        response.setStatus(status);
        headers.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        if (body != null) {
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        }
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
