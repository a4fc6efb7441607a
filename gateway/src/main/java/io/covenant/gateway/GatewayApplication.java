package io.covenant.gateway;

import java.security.Security;
import java.time.InstantSource;
import java.util.Properties;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import reactor.netty.ReactorNetty;

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
        setEventLoops(System.getProperties(), Runtime.getRuntime().availableProcessors());
        SpringApplication.run(GatewayApplication.class, args);
    }

    /// One event loop for each processor. Reactor Netty makes four at least; on fewer processors they take turns in
    /// slices of milliseconds, and a request waits for the slices of others. A number that somebody has set stands.
    static void setEventLoops(Properties system, int processors) {
        system.putIfAbsent(ReactorNetty.IO_WORKER_COUNT, Integer.toString(processors));
    }
}
