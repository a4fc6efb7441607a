package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Changes.Told;
import java.time.LocalTime;
import org.junit.jupiter.api.Test;

class ChangeTextTests {

    private static final LocalTime AT = LocalTime.of(9, 5, 7, 80_000_000);

    @Test
    void tellsWhenAndWhereWhatChanged() {
        assertThat(ChangeText.of(new Told.Changed("coordinator-2", "018f", "COMMITTING"), AT))
                .isEqualTo("09:05:07.080  coordinator-2  018f  COMMITTING");
    }

    @Test
    void tellsWhatIsNotTold() {
        assertThat(ChangeText.of(new Told.Silent("coordinator-2", "Connection refused"), AT))
                .endsWith("coordinator-2  tells nothing: Connection refused");
        assertThat(ChangeText.of(new Told.Missed("coordinator-2"), AT)).endsWith("some changes are missing");
        assertThat(ChangeText.of(new Told.Listening("coordinator-2"), AT)).endsWith("from now on");
    }
}
