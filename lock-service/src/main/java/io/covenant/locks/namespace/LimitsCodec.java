package io.covenant.locks.namespace;

import java.io.IOException;

/// The limits, as they stand in a snapshot.
final class LimitsCodec {

    private LimitsCodec() {}

    static void encode(Encoder out, Limits limits) {
        out.number(limits.minTtlMillis());
        out.number(limits.maxTtlMillis());
        out.number(limits.sessions());
        out.number(limits.nameChars());
        out.number(limits.textChars());
        out.number(limits.requestsPerSession());
        out.number(limits.requests());
        out.number(limits.wantsPerRequest());
        out.number(limits.holdsPerSession());
        out.number(limits.reentries());
        out.number(limits.names());
        out.number(limits.holders());
        out.number(limits.waitersPerName());
        out.number(limits.waiters());
        out.number(limits.maxWaitMillis());
        out.number(limits.maxLockDelayMillis());
        out.number(limits.maxExtensionMillis());
        out.number(limits.valueBytes());
        out.number(limits.fileBytes());
        out.number(limits.files());
        out.number(limits.filesPerDirectory());
        out.number(limits.bytes());
        out.number(limits.principals());
        out.number(limits.audit());
    }

    static Limits decode(Decoder in) throws IOException {
        return new Limits(
                in.number(),
                in.number(),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                count(in),
                in.number(),
                in.number(),
                in.number(),
                count(in),
                count(in),
                count(in),
                count(in),
                in.number(),
                count(in),
                count(in));
    }

    private static int count(Decoder in) throws IOException {
        return in.size(Integer.MAX_VALUE);
    }
}
