package io.covenant.web.whole;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Has JSON that fits the container's buffer sent with its head, its length and its end in one piece.
///
/// Spring flushes response entities and problems, and then the end of the answer is a second piece. A process that is
/// killed between the two has begun an answer, which a gateway cannot take back to ask another instance.
final class WholeAnswerFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, new Held(response));
    }

    /// An answer that nobody but the container sends, when its buffer is full or the answer is complete.
    private static final class Held extends HttpServletResponseWrapper {

        private @Nullable ServletOutputStream out;

        Held(HttpServletResponse response) {
            super(response);
        }

        boolean isJson() {
            var type = getContentType();
            return type != null && (type.startsWith("application/json") || type.startsWith("application/problem+json"));
        }

        @Override
        public void flushBuffer() throws IOException {
            if (!isJson()) {
                super.flushBuffer();
            }
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            if (out == null) {
                out = new HeldStream(this, super.getOutputStream());
            }
            return out;
        }
    }

    private static final class HeldStream extends ServletOutputStream {

        private final Held answer;
        private final ServletOutputStream out;

        HeldStream(Held answer, ServletOutputStream out) {
            this.answer = answer;
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            if (!answer.isJson()) {
                out.flush();
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }
}
