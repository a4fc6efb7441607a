package io.covenant.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What the code of every business service keeps to.
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // reading the classes takes a while
public abstract class ShopArchitecture {

    private final Class<?> application;
    private final String whyHttpStaysOutside;
    private final JavaClasses classes;

    /// @param application its package is that of the service
    protected ShopArchitecture(Class<?> application, String whyHttpStaysOutside) {
        this.application = application;
        this.whyHttpStaysOutside = whyHttpStaysOutside;
        this.classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(application.getPackageName());
    }

    @Test
    void keepsHttpOutOfTheShop() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..web")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.http..", "org.springframework.web..", "io.covenant.web.problem..")
                .because(whyHttpStaysOutside)
                .check(classes);
    }

    @Test
    void keepsTheDatabaseOutOfControllers() {
        noClasses()
                .that()
                .resideInAPackage("..web")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.jdbc..", "jakarta.persistence..", "java.sql..")
                .because("a controller translates; the feature it belongs to knows what to do")
                .check(classes);
    }

    @Test
    void takesTimeFromTheClockItIsGiven() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(application.getName())
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("a test has to be able to set the time")
                .check(classes);
    }
}
