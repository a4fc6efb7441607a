package io.covenant.locks.cluster;

import io.covenant.simulation.Node;
import java.time.Duration;

/// What a holder does with what it holds: it reads a number and writes one higher. It looks at no clock, as
/// somebody who sleeps in between cannot.
record GuardedWork(Node node, Resource resource, Duration patience) {

    void on(String name, long token, Lease by, Runnable then) {
        node.ask(
                Resource.NAME,
                new Resource.Ask.Read(name, token, by),
                patience,
                said -> {
                    if (said instanceof Resource.Said.Shows(var value)) {
                        node.after(
                                node.dice().between(Duration.ofMillis(1), Duration.ofMillis(30)),
                                () -> write(name, token, by, value + 1, then));
                    } else {
                        then.run();
                    }
                },
                then);
    }

    private void write(String name, long token, Lease by, long value, Runnable then) {
        resource.asked(name);
        node.ask(
                Resource.NAME,
                new Resource.Ask.Write(name, token, by, value),
                patience,
                said -> {
                    resource.answered(name, (Resource.Said) said);
                    then.run();
                },
                then);
    }
}
