package io.covenant.consensus.raft;

import io.covenant.consensus.raft.Wire.Reader;
import io.covenant.consensus.raft.Wire.Writer;

/// Envelopes as bytes, and back. The bytes of strangers are refused by [MalformedException], never by
/// running out of memory.
///
/// @param maxBytes of one envelope
public record MessageCodec(int maxBytes) {

    private static final int VERSION = 1;
    private static final int REQUEST_VOTE = 1;
    private static final int VOTE = 2;
    private static final int APPEND = 3;
    private static final int APPENDED = 4;
    private static final int MISMATCH = 5;
    private static final int CHUNK = 6;
    private static final int CHUNK_WANTED = 7;
    private static final int TIMEOUT_NOW = 8;
    private static final int OUTDATED = 9;

    private static final int HEADER_ROOM = 160;

    /// Large enough for what a kernel with these settings sends.
    public static MessageCodec of(Settings settings) {
        var entries = Math.max(settings.maxMessageBytes(), settings.maxCommandBytes());
        return new MessageCodec(Math.max(entries, settings.snapshotChunkBytes()) + 64 * 1024);
    }

    public byte[] encode(Envelope envelope) {
        var out = new Writer(HEADER_ROOM + roomFor(envelope.message()));
        out.octet(VERSION);
        out.fixed(envelope.group());
        out.node(envelope.from());
        out.node(envelope.to());
        write(out, envelope.message());
        return out.toBytes();
    }

    /// @throws MalformedException when these bytes are no envelope
    public Envelope decode(byte[] bytes) {
        if (bytes.length > maxBytes) {
            throw new MalformedException(bytes.length + " bytes are more than " + maxBytes);
        }
        var in = new Reader(bytes);
        var version = in.octet();
        if (version != VERSION) {
            throw new MalformedException("version " + version + " instead of " + VERSION);
        }
        var envelope = new Envelope(in.fixed(), in.node(), in.node(), message(in));
        in.end();
        return envelope;
    }

    private static int roomFor(Message message) {
        return switch (message) {
            case Message.Append append ->
                append.entries().stream().mapToInt(Entry::size).sum();
            case Message.Chunk chunk -> chunk.bytes().length + HEADER_ROOM;
            case Message.RequestVote _,
                    Message.Vote _,
                    Message.Appended _,
                    Message.Mismatch _,
                    Message.ChunkWanted _,
                    Message.TimeoutNow _,
                    Message.Outdated _ -> 0;
        };
    }

    private static void write(Writer out, Message message) {
        switch (message) {
            case Message.RequestVote(var term, var lastIndex, var lastTerm, var pre, var handOver) -> {
                out.octet(REQUEST_VOTE);
                out.number(term);
                out.number(lastIndex);
                out.number(lastTerm);
                out.flag(pre);
                out.flag(handOver);
            }
            case Message.Vote(var term, var pre, var granted) -> {
                out.octet(VOTE);
                out.number(term);
                out.flag(pre);
                out.flag(granted);
            }
            case Message.Append(var term, var prevIndex, var prevTerm, var entries, var commit, var round) -> {
                out.octet(APPEND);
                out.number(term);
                out.number(prevIndex);
                out.number(prevTerm);
                out.number(commit);
                out.number(round);
                out.entries(entries);
            }
            case Message.Appended(var term, var match, var round) -> {
                out.octet(APPENDED);
                out.number(term);
                out.number(match);
                out.number(round);
            }
            case Message.Mismatch(var term, var prevIndex, var conflictTerm, var conflictIndex, var round) -> {
                out.octet(MISMATCH);
                out.number(term);
                out.number(prevIndex);
                out.number(conflictTerm);
                out.number(conflictIndex);
                out.number(round);
            }
            case Message.Chunk(var term, var snapshot, var offset, var bytes, var last, var round) -> {
                out.octet(CHUNK);
                out.number(term);
                out.snapshot(snapshot);
                out.number(offset);
                out.bytes(bytes);
                out.flag(last);
                out.number(round);
            }
            case Message.ChunkWanted(var term, var snapshotIndex, var snapshotTerm, var offset, var round) -> {
                out.octet(CHUNK_WANTED);
                out.number(term);
                out.number(snapshotIndex);
                out.number(snapshotTerm);
                out.number(offset);
                out.number(round);
            }
            case Message.TimeoutNow(var term) -> {
                out.octet(TIMEOUT_NOW);
                out.number(term);
            }
            case Message.Outdated(var term) -> {
                out.octet(OUTDATED);
                out.number(term);
            }
        }
    }

    private static Message message(Reader in) {
        var kind = in.octet();
        return switch (kind) {
            case REQUEST_VOTE -> new Message.RequestVote(in.number(), in.number(), in.number(), in.flag(), in.flag());
            case VOTE -> new Message.Vote(in.number(), in.flag(), in.flag());
            case APPEND -> append(in);
            case APPENDED -> new Message.Appended(in.number(), in.number(), in.number());
            case MISMATCH -> new Message.Mismatch(in.number(), in.number(), in.number(), in.number(), in.number());
            case CHUNK ->
                new Message.Chunk(in.number(), in.snapshot(), in.number(), in.bytes(), in.flag(), in.number());
            case CHUNK_WANTED ->
                new Message.ChunkWanted(in.number(), in.number(), in.number(), in.number(), in.number());
            case TIMEOUT_NOW -> new Message.TimeoutNow(in.number());
            case OUTDATED -> new Message.Outdated(in.number());
            default -> throw new MalformedException("no kind of message: " + kind);
        };
    }

    private static Message append(Reader in) {
        var term = in.number();
        var prevIndex = in.number();
        var prevTerm = in.number();
        var commit = in.number();
        var round = in.number();
        return new Message.Append(term, prevIndex, prevTerm, in.entries(prevIndex + 1), commit, round);
    }
}
