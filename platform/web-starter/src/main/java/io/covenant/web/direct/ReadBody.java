package io.covenant.web.direct;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A body that was read, and is read once more by whoever is behind.
final class ReadBody extends HttpServletRequestWrapper {

    private final byte[] bytes;
    private final @Nullable IOException end;

    private ReadBody(HttpServletRequest request, byte[] bytes, @Nullable IOException end) {
        super(request);
        this.bytes = bytes;
        this.end = end;
    }

    /// Reads all of it, or as much as comes.
    static ReadBody of(HttpServletRequest request, int length) {
        var bytes = new byte[length];
        int read = 0;
        IOException end = null;
        try {
            read = request.getInputStream().readNBytes(bytes, 0, length);
        } catch (IOException e) {
            end = e;
        }
        return new ReadBody(request, read == length ? bytes : Arrays.copyOf(bytes, read), end);
    }

    /// @return `null` if its sender has gone before its end
    byte @Nullable [] whole() {
        return end == null && bytes.length == getContentLength() ? bytes : null;
    }

    @Override
    public ServletInputStream getInputStream() {
        return new Again();
    }

    @Override
    public BufferedReader getReader() {
        return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }

    private final class Again extends ServletInputStream {

        private final ByteArrayInputStream in = new ByteArrayInputStream(bytes);

        @Override
        public int read() throws IOException {
            return orEnd(in.read());
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return orEnd(in.read(buffer, offset, length));
        }

        private int orEnd(int read) throws IOException {
            if (read < 0 && end != null) {
                throw end;
            }
            return read;
        }

        @Override
        public boolean isFinished() {
            return in.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("nothing is read asynchronously here");
        }
    }
}
