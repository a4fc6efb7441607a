package io.covenant.gateway.balancing;

import io.covenant.balancing.Change;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Tells the log which instances go and come back, and why.
@Component
final class ChangeLog implements Consumer<Change> {

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    @Override
    public void accept(Change change) {
        if (change.isTrouble()) {
            log.warn("{}", change.text());
        } else {
            log.info("{}", change.text());
        }
    }
}
