package io.covenant.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class PatienceTests {

    @Test
    void everyRunOfTestsIsPatient() {
        assertThat(await()).extracting("timeoutConstraint.maxWaitTime").hasToString("PT30S");
    }
}
