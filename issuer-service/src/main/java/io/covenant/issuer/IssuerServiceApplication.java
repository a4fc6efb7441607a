package io.covenant.issuer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Profiles;

/// The issuer of tokens for development.
@SpringBootApplication
@ConfigurationPropertiesScan
public class IssuerServiceApplication {

    public static void main(String[] args) {
        application().run(args);
    }

    static SpringApplication application() {
        var application = new SpringApplication(IssuerServiceApplication.class);
        application.addListeners((ApplicationListener<ApplicationEnvironmentPreparedEvent>) event -> {
            if (event.getEnvironment().acceptsProfiles(Profiles.of("production"))) {
                throw new NotForProductionException();
            }
        });
        return application;
    }
}
