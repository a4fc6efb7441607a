package io.covenant.balancing.outlier;

/// Where an instance stands with the outlier detector.
///
/// - `Admitted` becomes `Ejected` by its failures, and forgets an ejection for each base time of good
///   conduct;
/// - `Ejected` becomes `OnTrial` when its time is over, or when a silent one answers after all;
/// - `OnTrial` gets one request at a time: a good end of it admits, a bad one ejects again and for
///   longer.
public sealed interface Standing {

    /// A newcomer's.
    static Standing clean() {
        return new Admitted(0, 0);
    }

    /// How many ejections are remembered.
    int times();

    /// Takes part.
    ///
    /// @param since when it was admitted, or forgot an ejection last
    record Admitted(int times, long since) implements Standing {}

    /// Gets nothing until the time is over.
    record Ejected(int times, Reason reason, long since, long until) implements Standing {}

    /// Gets one request, and no second one before that has ended.
    record OnTrial(int times, Reason reason) implements Standing {}

    default Ejected ejected(Reason reason, long now, OutlierRules rules) {
        int next = Math.min(times() + 1, 1_000_000);
        return new Ejected(next, reason, now, now + rules.ejectionNanos(next));
    }

    /// What time alone has made of it.
    default Standing at(long now, OutlierRules rules) {
        return switch (this) {
            case Ejected(int times, Reason reason, var _, long until)
            when now - until >= 0 -> new OnTrial(times, reason);
            case Admitted(int times, long since)
            when times > 0 && now - since >= rules.baseTime().toNanos() ->
                new Admitted(times - 1, since + rules.baseTime().toNanos());
            case Admitted _, Ejected _, OnTrial _ -> this;
        };
    }

    /// The end of a request that tells something: neither cancelled nor turned away for too much load.
    default Standing ended(boolean good, long now, OutlierRules rules) {
        return switch (this) {
            case OnTrial(int times, var _) when good -> new Admitted(times, now);
            case OnTrial onTrial -> onTrial.ejected(Reason.PROBE_FAILED, now, rules);
            case Ejected(int times, Reason reason, var _, var _)
            when good && reason == Reason.SILENCE -> new OnTrial(times, reason);
            case Admitted _, Ejected _ -> this;
        };
    }
}
