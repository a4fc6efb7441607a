package io.covenant.gateway.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Who has nothing left of what gateways count together, and until when: before, nobody needs to be asked again, as
/// others can only take.
final class Refusals {

    private record Refusal(long at, ConsumptionProbe probe) {}

    private final TimeMeter time;
    private final Cache<String, Refusal> bySubject;

    /// @param longest that it takes until there is something left
    Refusals(Duration longest, TimeMeter time) {
        this.time = time;
        this.bySubject = Caffeine.newBuilder()
                .maximumWeight(Allowances.MOST)
                .<String, Refusal>weigher((subject, _) -> Allowances.BUCKET + subject.length())
                .expireAfterWrite(longest)
                .ticker(time::currentTimeNanos)
                .build();
    }

    void remember(String subject, ConsumptionProbe refused) {
        bySubject.put(subject, new Refusal(time.currentTimeNanos(), refused));
    }

    /// What is still to be waited for; `null` for whoever may have something left.
    @Nullable
    ConsumptionProbe find(String subject) {
        var refusal = bySubject.getIfPresent(subject);
        if (refusal == null) {
            return null;
        }
        long passed = time.currentTimeNanos() - refusal.at();
        long left = refusal.probe().getNanosToWaitForRefill() - passed;
        return left <= 0
                ? null
                : ConsumptionProbe.rejected(
                        refusal.probe().getRemainingTokens(),
                        left,
                        refusal.probe().getNanosToWaitForReset() - passed);
    }
}
