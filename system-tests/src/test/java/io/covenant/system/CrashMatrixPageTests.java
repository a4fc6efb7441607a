package io.covenant.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.initiator.CommitProtocol;
import java.nio.file.Files;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The page of the crash matrix tells of faults that can be played, under every protocol.
class CrashMatrixPageTests {

    @Test
    void tellsOfNothingThatCannotBePlayedAgain() throws Exception {
        var cells = MatrixCell.all()
                .map(cell -> "| %s | %s |"
                        .formatted(cell.protocol().text(), cell.fault().text()))
                .collect(Collectors.toSet());

        assertThat(Files.readString(MatrixRows.page().file()).lines())
                .filteredOn(line -> line.endsWith(" hold |"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(cells).anyMatch(line::startsWith));
    }

    @ParameterizedTest
    @EnumSource
    void tellsOfEveryProtocol(CommitProtocol protocol) throws Exception {
        assertThat(Files.readString(MatrixRows.page().file()).lines())
                .filteredOn(line -> line.endsWith(" hold |"))
                .anyMatch(line -> line.startsWith("| %s |".formatted(protocol.text())));
    }
}
