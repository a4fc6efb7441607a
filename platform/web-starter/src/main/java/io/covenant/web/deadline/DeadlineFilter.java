package io.covenant.web.deadline;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/// Reads the [RequestDeadline] that a request comes with.
final class DeadlineFilter extends OncePerRequestFilter {

    private final ProblemWriter writer;

    DeadlineFilter(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var text = request.getHeader(RequestDeadline.HEADER);
        if (text == null) {
            chain.doFilter(request, response);
            return;
        }
        var deadline = RequestDeadline.of(text);
        if (deadline == null) {
            writer.write(malformed(), request, response);
            return;
        }
        try {
            deadline.bound(() -> {
                chain.doFilter(request, response);
                return deadline;
            });
        } catch (ServletException | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }

    private static Problem malformed() {
        return Problem.of(
                HttpStatus.BAD_REQUEST,
                "bad-deadline",
                RequestDeadline.HEADER + " is a whole number of milliseconds above 0, or it is not there.");
    }
}
