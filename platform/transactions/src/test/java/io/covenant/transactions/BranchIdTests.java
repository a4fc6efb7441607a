package io.covenant.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BranchIdTests {

    private static final TransactionId TRANSACTION = TransactionId.parse("0192d3a4-7b8c-7def-8123-456789abcdef");

    @Test
    void readsWhatItWrote() {
        var branch = new BranchId(TRANSACTION, new Attempt(-1), "orders");

        assertThat(branch.gid()).isEqualTo("cov1:0192d3a4-7b8c-7def-8123-456789abcdef:3w5e11264sgsf:orders");
        assertThat(BranchId.parse(branch.gid())).contains(branch);
    }

    @Test
    void keepsTheLongestNameWithinWhatPostgresTakes() {
        var longest = new BranchId(TRANSACTION, new Attempt(-1), "b".repeat(40));

        assertThat(longest.gid()).hasSizeLessThan(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "somebody else's",
                "cov1:",
                "cov1:0192d3a4-7b8c-7def-8123-456789abcdef:1",
                "cov1:0192d3a4-7b8c-7def-8123-456789abcdef:1:",
                "cov1:0192d3a4-7b8c-7def-8123-456789abcdef:zzzzzzzzzzzzz:orders",
                "cov1:0192d3a4-7b8c-7def-8123-456789abcdef:1:Orders",
                "cov1:------------------------------------:1:orders",
                "cov2:0192d3a4-7b8c-7def-8123-456789abcdef:1:orders"
            })
    void knowsThatAForeignNameIsNotItsOwn(String gid) {
        assertThat(BranchId.parse(gid)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Orders", "orders:1", "a b", "o'"})
    void refusesANameThatCouldNotBeReadBack(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BranchId(TRANSACTION, new Attempt(1), name))
                .withMessageContaining("branch name");
    }

    @Test
    void refusesATransactionIdThatIsNotCanonical() {
        assertThatIllegalArgumentException().isThrownBy(() -> TransactionId.parse("1-1-1-1-1"));
        assertThat(TransactionId.parse(new UUID(1, 2).toString()).value()).isEqualTo(new UUID(1, 2));
    }
}
