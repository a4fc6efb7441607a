package io.covenant.web.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.web.SampleService;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ManagementPortTests {

    private static void start(String... arguments) {
        new SpringApplicationBuilder(SampleService.class).run(arguments).close();
    }

    @Test
    void saysThatItIsTheOneThatIsTaken(CapturedOutput output) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = taken.getLocalPort();

            assertThatThrownBy(() -> start("--server.port=0", "--management.server.port=" + port))
                    .hasStackTraceContaining("PortInUseException");

            assertThat(output)
                    .contains("Port %d, at which this service shows its health and metrics, is in use.".formatted(port))
                    .contains("management.server.port");
        }
    }

    @Test
    void leavesToSpringWhatToSayOfTheOther(CapturedOutput output) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = taken.getLocalPort();

            assertThatThrownBy(() -> start("--server.port=" + port, "--management.server.port=0"))
                    .hasStackTraceContaining("PortInUseException");

            assertThat(output)
                    .contains("Port %d was already in use".formatted(port))
                    .doesNotContain("health and metrics");
        }
    }
}
