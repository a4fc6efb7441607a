package io.covenant.consensus.transport;

import java.net.InetSocketAddress;
import java.time.Duration;

/// How a node talks to its peers.
///
/// @param cluster      the same for all of them
/// @param node         this node's name, as in its certificate
/// @param listen       where it listens; port 0 takes any
/// @param frameBytes   the most that a frame may have
/// @param queueFrames  the most frames that wait for one peer
/// @param queueBytes   the most bytes that wait for one peer
/// @param helloTimeout how long a connection may take until both sides know who they are
/// @param idleTimeout  how long a peer may be silent; a living one gives a sign three times as often
/// @param retryLeast   how long it waits after the first failure to connect, about
/// @param retryMost    how long it waits after many
/// @param connections  the most that are open at a time from outside
public record TransportSettings(
        String cluster,
        String node,
        InetSocketAddress listen,
        int frameBytes,
        int queueFrames,
        int queueBytes,
        Duration helloTimeout,
        Duration idleTimeout,
        Duration retryLeast,
        Duration retryMost,
        int connections) {

    public TransportSettings {
        Hello.requireName(cluster);
        Hello.requireName(node);
        if (frameBytes < 1024 || frameBytes > 256 * 1024 * 1024) {
            throw new IllegalArgumentException("a frame has at most 1 KiB to 256 MiB, not " + frameBytes);
        }
        if (queueFrames < 1 || queueBytes < frameBytes || connections < 1) {
            throw new IllegalArgumentException("a queue holds at least a largest frame");
        }
        if (helloTimeout.toMillis() < 1 || idleTimeout.toMillis() < 10 || retryLeast.toMillis() < 1) {
            throw new IllegalArgumentException("time-outs of some milliseconds at least");
        }
    }

    /// Frames to 8 MiB, 4096 of them or 32 MiB may wait; 3 s for the hello, 5 s of silence, retries after
    /// 50 ms to 2 s, 64 connections.
    public static TransportSettings standard(String cluster, String node, InetSocketAddress listen) {
        return new TransportSettings(
                cluster,
                node,
                listen,
                8 * 1024 * 1024,
                4096,
                32 * 1024 * 1024,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                64);
    }

    public TransportSettings withFrameBytes(int bytes) {
        return new TransportSettings(
                cluster,
                node,
                listen,
                bytes,
                queueFrames,
                queueBytes,
                helloTimeout,
                idleTimeout,
                retryLeast,
                retryMost,
                connections);
    }

    public TransportSettings withQueue(int frames, int bytes) {
        return new TransportSettings(
                cluster,
                node,
                listen,
                frameBytes,
                frames,
                bytes,
                helloTimeout,
                idleTimeout,
                retryLeast,
                retryMost,
                connections);
    }

    public TransportSettings withTimeouts(Duration hello, Duration idle) {
        return new TransportSettings(
                cluster,
                node,
                listen,
                frameBytes,
                queueFrames,
                queueBytes,
                hello,
                idle,
                retryLeast,
                retryMost,
                connections);
    }

    public TransportSettings withConnections(int most) {
        return new TransportSettings(
                cluster,
                node,
                listen,
                frameBytes,
                queueFrames,
                queueBytes,
                helloTimeout,
                idleTimeout,
                retryLeast,
                retryMost,
                most);
    }

    int pingMillis() {
        return Math.toIntExact(Math.max(1, idleTimeout.toMillis() / 3));
    }
}
