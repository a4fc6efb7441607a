package io.covenant.transactions.participant;

import io.covenant.transactions.threephase.TimeOutRule;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Three-phase commit, for participants and coordinators alike.
///
/// @param unsafeTextbookTimeouts whether whoever waits too long decides alone, as textbooks draw it. One branch then
///                               commits while another aborts as soon as the network splits at the wrong moment; it
///                               exists to be seen failing (`./covenant split`), and is not for production
@ConfigurationProperties("covenant.transactions.threephase")
public record ThreePhaseProperties(@DefaultValue("false") boolean unsafeTextbookTimeouts) {

    public TimeOutRule timeOuts() {
        return unsafeTextbookTimeouts ? TimeOutRule.UNSAFE_TEXTBOOK : TimeOutRule.ELECT;
    }
}
