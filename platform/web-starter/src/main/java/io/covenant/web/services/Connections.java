package io.covenant.web.services;

import io.covenant.balancing.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/// The connections to one instance of a service.
///
/// Whether a request was sent is known exactly, because nothing lies between the connection and this class: no pool
/// that retries, no interceptor that waits. A pooled connection is looked at before it is used; one that the other side
/// has closed meanwhile, as after a crash, is never written to.
final class Connections implements AutoCloseable {

    private static final Http1Config HTTP = Http1Config.custom()
            .setMaxHeaderCount(100)
            .setMaxLineLength(16 * 1024)
            .build();

    private final URI address;
    private final String host;
    private final int port;
    private final @Nullable ClientTls tls;
    private final ServiceClientProperties properties;
    private final ScheduledExecutorService watch;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger open = new AtomicInteger();

    /// @param tls for an `https` address; absent for as the JDK does it
    Connections(
            URI address, ServiceClientProperties properties, ScheduledExecutorService watch, @Nullable ClientTls tls) {
        boolean secure = "https".equals(address.getScheme());
        this.address = address;
        this.host = address.getHost();
        this.port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
        this.tls = !secure ? null : tls == null ? ClientTls.standard() : tls;
        this.properties = properties;
        this.watch = watch;
        this.permits = new Semaphore(properties.maxConnections());
    }

    URI address() {
        return address;
    }

    int openConnections() {
        return open.get();
    }

    /// Whether somebody listens there.
    boolean canBeMade() {
        try {
            opened(tls == null ? null : tls.current(), properties.connectTimeout())
                    .close();
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /// Sends a request and waits for the whole answer.
    Exchange exchange(ServiceRequest request, byte @Nullable [] body, PassedOn passedOn, long deadline) {
        try {
            if (!permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return new Exchange.NotSent(
                        "all %d connections are busy".formatted(properties.maxConnections()), Outcome.OVERLOADED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Exchange.NotSent("interrupted", Outcome.CANCELLED);
        }
        try {
            return exchangeOnce(request, body, passedOn, deadline);
        } finally {
            permits.release();
        }
    }

    private Exchange exchangeOnce(ServiceRequest request, byte @Nullable [] body, PassedOn passedOn, long deadline) {
        Connection connection;
        try {
            connection = connect(deadline);
        } catch (IOException | RuntimeException e) {
            return new Exchange.Unreachable(said(e));
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            release(connection);
            return new Exchange.NotSent("no time left", Outcome.CANCELLED);
        }
        var alarm = watch.schedule(connection::expire, left, TimeUnit.NANOSECONDS);
        boolean keep = false;
        try {
            var response = send(connection, request, body, passedOn, left);
            var content = read(connection, request, response);
            keep = DefaultConnectionReuseStrategy.INSTANCE.keepAlive(null, response, HttpCoreContext.create());
            return new Exchange.Done(response.getCode(), headersOf(response), content);
        } catch (IOException | HttpException | RuntimeException e) {
            return connection.expired
                    ? new Exchange.Lost("no answer in time", Outcome.TIMED_OUT)
                    : new Exchange.Lost("connection lost: " + said(e), Outcome.UNREACHABLE);
        } finally {
            alarm.cancel(false);
            if (keep) {
                release(connection);
            } else {
                connection.close();
            }
        }
    }

    private ClassicHttpResponse send(
            Connection connection, ServiceRequest request, byte @Nullable [] body, PassedOn passedOn, long left)
            throws IOException, HttpException {
        var message = new BasicClassicHttpRequest(request.method(), request.path());
        message.addHeader("Host", host + ":" + port);
        message.addHeader("Accept", "application/json, application/problem+json");
        passedOn.headers(left).forEach(message::addHeader);
        request.headers().forEach(message::addHeader);
        if (body != null) {
            message.addHeader("Content-Type", "application/json");
            message.addHeader("Content-Length", Integer.toString(body.length));
            message.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        } else if (!request.method().equals("GET")) {
            message.addHeader("Content-Length", "0");
        }
        var http = connection.http;
        http.sendRequestHeader(message);
        if (body != null) {
            http.sendRequestEntity(message);
        }
        http.flush();
        var response = http.receiveResponseHeader();
        while (response.getCode() < 200) {
            response = http.receiveResponseHeader();
        }
        return response;
    }

    private byte[] read(Connection connection, ServiceRequest request, ClassicHttpResponse response)
            throws IOException, HttpException {
        if (!MessageSupport.canResponseHaveBody(request.method(), response)) {
            return new byte[0];
        }
        connection.http.receiveResponseEntity(response);
        long most = properties.maxAnswer().toBytes();
        var in = response.getEntity().getContent(); // not to be closed: it would read to the end
        long length = response.getEntity().getContentLength();
        if (length > most) {
            throw new IOException("an answer of %d bytes is too long".formatted(length));
        }
        if (length >= 0) {
            var content = in.readNBytes((int) length);
            if (content.length < length || in.read() >= 0) {
                throw new EOFException("the answer ended early");
            }
            return content;
        }
        if (!response.getEntity().isChunked()) {
            throw new IOException("an answer that only the end of the connection ends may be cut anywhere");
        }
        var content = new ByteArrayOutputStream(1024);
        var buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            content.write(buffer, 0, n);
            if (content.size() > most) {
                throw new IOException("an answer of more than %d bytes is too long".formatted(most));
            }
        }
        return content.toByteArray();
    }

    private static Map<String, String> headersOf(ClassicHttpResponse response) {
        var headers = new HashMap<String, String>();
        for (var header : response.getHeaders()) {
            headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), String.valueOf(header.getValue()));
        }
        return headers;
    }

    /// A connection that was open a moment ago, or a new one.
    private Connection connect(long deadline) throws IOException {
        var security = tls == null ? null : tls.current();
        for (var rested = idle.pollFirst(); rested != null; rested = idle.pollFirst()) {
            if (Objects.equals(rested.security, security) && rested.usable(properties.maxIdle())) {
                return rested;
            }
            rested.close();
        }
        var left = Duration.ofNanos(deadline - System.nanoTime());
        var patience = left.compareTo(properties.connectTimeout()) < 0 ? left : properties.connectTimeout();
        return opened(security, patience);
    }

    private Connection opened(@Nullable SSLSocketFactory security, Duration patience) throws IOException {
        return new Connection(new InetSocketAddress(host, port), security, patience, open);
    }

    private void release(Connection connection) {
        connection.rest();
        idle.addFirst(connection);
    }

    private static String said(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /// The oldest lie at the end.
    void closeIdle() {
        for (var it = idle.descendingIterator(); it.hasNext(); ) {
            var connection = it.next();
            if (connection.restedFor(properties.maxIdle())) {
                if (idle.remove(connection)) {
                    connection.close();
                }
            } else {
                return;
            }
        }
    }

    @Override
    public void close() {
        for (var connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            connection.close();
        }
    }

    /// One connection, used by one call at a time.
    private static final class Connection {

        private final SocketChannel channel;
        private final @Nullable SSLSocketFactory security;
        private final DefaultBHttpClientConnection http;
        private final AtomicInteger open;
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile boolean expired;
        private long restingSince;

        /// @param security absent for a plain connection
        /// @param open     counts this connection until it is closed
        Connection(
                InetSocketAddress address, @Nullable SSLSocketFactory security, Duration patience, AtomicInteger open)
                throws IOException {
            if (address.isUnresolved()) {
                throw new IOException("unknown host " + address.getHostString());
            }
            this.security = security;
            channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().connect(address, (int) Math.max(1, patience.toMillis()));
                http = new DefaultBHttpClientConnection(HTTP);
                var socket = channel.socket();
                if (security == null) {
                    http.bind(socket);
                } else {
                    http.bind(
                            ClientTls.secured(security, socket, address.getHostString(), address.getPort(), patience),
                            socket);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            this.open = open;
            open.incrementAndGet();
        }

        void rest() {
            restingSince = System.nanoTime();
        }

        boolean restedFor(Duration maxIdle) {
            return System.nanoTime() - restingSince > maxIdle.toNanos();
        }

        /// Whether the other side still listens: nothing has come since the last answer, neither bytes nor the end.
        boolean usable(Duration maxIdle) {
            if (restedFor(maxIdle)) {
                return false;
            }
            try {
                channel.configureBlocking(false);
                int came = channel.read(ByteBuffer.allocate(1));
                channel.configureBlocking(true);
                return came == 0;
            } catch (IOException e) {
                return false;
            }
        }

        /// The time is over: whoever waits on this connection is woken by its end.
        void expire() {
            expired = true;
            close();
        }

        void close() {
            if (closed.compareAndSet(false, true)) {
                open.decrementAndGet();
            }
            try {
                channel.close();
            } catch (IOException ignored) {
                // closed either way
            }
        }
    }
}
