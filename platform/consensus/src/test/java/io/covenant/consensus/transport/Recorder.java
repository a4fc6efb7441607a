package io.covenant.consensus.transport;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// What a node received and heard of its connections.
final class Recorder implements FrameReceiver, TransportListener {

    final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> refusals = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> disconnections = new ConcurrentLinkedQueue<>();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger dropped = new AtomicInteger();

    @Override
    public void receive(String peer, byte[] frame) {
        received.add(peer + " " + new String(frame, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void connected(String peer) {
        connections.incrementAndGet();
    }

    @Override
    public void disconnected(String peer, String why) {
        disconnections.add(why);
    }

    @Override
    public void refused(String remote, String why) {
        refusals.add(why);
    }

    @Override
    public void dropped(String peer, int frames) {
        dropped.addAndGet(frames);
    }

    List<String> refusals() {
        return List.copyOf(refusals);
    }
}
