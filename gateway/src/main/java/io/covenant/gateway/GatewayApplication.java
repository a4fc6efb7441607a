package io.covenant.gateway;

import java.security.Security;
import java.time.InstantSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/// Starts the gateway.
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class GatewayApplication {

    /// What time it is, where people read it; nothing is measured by it.
    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    public static void main(String[] args) {
        // The addresses of services come and go; before anything is looked up, or it is not heard.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        SpringApplication.run(GatewayApplication.class, args);
    }
}
