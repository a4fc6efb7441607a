package io.covenant.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a core must not know, or no simulation could decide what it sees: a test class of each core extends
/// this.
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // reading the classes takes a while
public abstract class PureCore {

    /// The classes of the core.
    protected final JavaClasses core;

    private final String packages;
    private final String[] known;
    private final Class<?>[] shared;

    /// @param packages as ArchUnit writes them, say `io.covenant.locks.namespace..`
    /// @param known    what else it may depend on, beside the JDK
    /// @param shared   the classes that several threads may use at once
    protected PureCore(String packages, String[] known, Class<?>... shared) {
        this.packages = packages;
        this.known = known.clone();
        this.shared = shared.clone();
        var root = packages.replace("..", "");
        this.core = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(root)
                .that(JavaClass.Predicates.resideInAPackage(packages));
    }

    protected PureCore(String packages) {
        this(packages, new String[0]);
    }

    @Test
    void knowsTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed())
                .because("whoever uses a core chooses his own files, sockets and framework")
                .check(core);
    }

    private String[] allowed() {
        var allowed = new String[known.length + 3];
        System.arraycopy(known, 0, allowed, 3, known.length);
        allowed[0] = "java..";
        allowed[1] = "org.jspecify.annotations..";
        allowed[2] = packages;
        return allowed;
    }

    @Test
    void touchesNoNetworkDatabaseOrFile() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.sql..", "javax..", "java.nio.file..", "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|RandomAccess|Print|Console).*")
                .because("a simulation has to decide what is sent, kept and lost")
                .check(core);
    }

    @Test
    void readsNoClockAndDrawsNoLots() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(RandomGenerator.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(Date|Calendar|Timer)")
                .because("the same inputs must lead to the same steps, in production and in simulation")
                .check(core);
    }

    @Test
    void runsInNoThreadOfItsOwn() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(shared)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .because("a core is a function, and whoever calls it keeps the order")
                .check(core);
    }
}
