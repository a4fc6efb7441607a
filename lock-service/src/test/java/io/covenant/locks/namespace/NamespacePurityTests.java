package io.covenant.locks.namespace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.covenant.simulation.PureCore;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespacePurityTests extends PureCore {

    NamespacePurityTests() {
        super("io.covenant.locks.namespace..");
    }

    @Test
    void takesItsTimeFromTheLog() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.time..")
                .because("every replica must come to the same state, and a log that is replayed as well")
                .check(core);
    }

    @Test
    void iteratesOverNothingThatHasNoOrder() {
        noClasses()
                .should()
                .callMethod(HashMap.class, "entrySet")
                .orShould()
                .callMethod(HashMap.class, "values")
                .orShould()
                .callMethod(Map.class, "entrySet")
                .orShould()
                .callMethod(Map.class, "values")
                .orShould()
                .callMethod(Map.class, "keySet")
                .because("the order of a hash map may differ from replica to replica")
                .check(core);
    }
}
