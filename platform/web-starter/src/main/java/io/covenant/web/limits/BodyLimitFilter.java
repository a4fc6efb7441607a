package io.covenant.web.limits;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import io.covenant.web.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses bodies over the limit: at once where the length is announced, else as soon as the limit is passed.
public final class BodyLimitFilter extends OncePerRequestFilter {

    private final long most;
    private final ProblemWriter writer;

    public BodyLimitFilter(DataSize most, ProblemWriter writer) {
        this.most = most.toBytes();
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long length = request.getContentLengthLong();
        if (length > most) {
            writer.write(tooLarge(), request, response);
        } else if (length >= 0) {
            chain.doFilter(request, response); // the container reads no more than was announced
        } else {
            chain.doFilter(new Counted(request), response);
        }
    }

    private Problem tooLarge() {
        return Problem.of(
                        HttpStatus.CONTENT_TOO_LARGE,
                        "body-too-large",
                        "The body is longer than the %d bytes that are read here.".formatted(most))
                .with("maxBytes", most);
    }

    private final class Counted extends HttpServletRequestWrapper {

        private final HttpServletRequest request;

        Counted(HttpServletRequest request) {
            super(request);
            this.request = request;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new CountedStream(request.getInputStream());
        }

        @Override
        public BufferedReader getReader() throws IOException {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
    }

    private final class CountedStream extends ServletInputStream {

        private final ServletInputStream in;
        private long read;

        CountedStream(ServletInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = in.read(buffer, offset, length);
            count(Math.max(0, n));
            return n;
        }

        private void count(int n) {
            read += n;
            if (read > most) {
                throw new ProblemException(tooLarge());
            }
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}
