package io.covenant.gateway.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.covenant.gateway.limits.RateProperties.Limit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;

/// What each subject of a limit may still send: a bucket for each of them, full to begin with, and filled again evenly.
///
/// Whoever sent nothing for as long as a bucket takes to fill is forgotten. However many names somebody makes up, the
/// memory is bounded: those that send little are forgotten first.
final class Allowances {

    /// In characters of all names, and what a bucket weighs as much as: some 30 MB.
    static final long MOST = 8_000_000;

    static final int BUCKET = 200;

    private final Bandwidth limit;
    private final TimeMeter time;
    private final Cache<String, Bucket> bySubject;

    Allowances(Limit limit, TimeMeter time) {
        this.limit = bandwidth(limit);
        this.time = time;
        this.bySubject = Caffeine.newBuilder()
                .maximumWeight(MOST)
                .<String, Bucket>weigher((subject, _) -> BUCKET + subject.length())
                .expireAfterAccess(limit.per())
                .ticker(time::currentTimeNanos)
                .build();
    }

    static Bandwidth bandwidth(Limit limit) {
        return Bandwidth.builder()
                .capacity(limit.requests())
                .refillGreedy(limit.requests(), limit.per())
                .build();
    }

    /// Takes one request, if the subject has one left.
    ConsumptionProbe take(String subject) {
        return bySubject.get(subject, _ -> full()).tryConsumeAndReturnRemaining(1);
    }

    /// Gives back one that was taken for a request that is not sent.
    void giveBack(String subject) {
        var bucket = bySubject.getIfPresent(subject);
        if (bucket != null) {
            bucket.addTokens(1);
        }
    }

    private Bucket full() {
        return Bucket.builder().addLimit(limit).withCustomTimePrecision(time).build();
    }

    /// How many are remembered.
    long subjects() {
        bySubject.cleanUp();
        return bySubject.estimatedSize();
    }
}
