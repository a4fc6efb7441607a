package io.covenant.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// The connections of clients. When the gateway stops it lets nobody in any more, and those that are there end: at once
/// where nobody waits for an answer, else with the answers to all that came.
///
/// The server's own graceful shutdown waits for requests that were there when it began, and closes a connection behind
/// them though the next request has been read meanwhile.
@Component
final class ClientConnections implements SmartLifecycle {

    /// Tells a [RequestGuard] that its connection is to end.
    enum Event {
        END
    }

    private final boolean graceful;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile @Nullable Channel listening;
    private volatile boolean running;
    private volatile boolean ending;

    ClientConnections(ServerProperties server) {
        graceful = server.getShutdown() == Shutdown.GRACEFUL;
    }

    /// Where they come from.
    void listensAt(Channel door) {
        listening = door;
    }

    void add(Channel connection) {
        open.add(connection);
        if (ending) {
            end(connection); // it came in just before the door was closed
        }
    }

    private static void end(Channel connection) {
        connection.eventLoop().execute(() -> connection.pipeline().fireUserEventTriggered(Event.END));
    }

    @Override
    public void start() {
        running = true;
        ending = false;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable ended) {
        running = false;
        if (!graceful) {
            ended.run();
            return;
        }
        ending = true;
        var door = listening;
        if (door == null) {
            endAll(ended);
        } else {
            door.close().addListener(_ -> endAll(ended));
        }
    }

    private void endAll(Runnable ended) {
        open.forEach(ClientConnections::end);
        open.newCloseFuture(connection -> connection.pipeline().get(RequestGuard.class) != null)
                .addListener(_ -> ended.run());
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Before the server's own graceful shutdown, which then finds nobody it could cut off.
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1;
    }
}
