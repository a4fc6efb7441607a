package io.covenant.benchmarks.proxies;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// Spring Cloud Gateway as its starter makes it: one route to a service whose instances are listed.
@SpringBootApplication(proxyBeanMethods = false)
public class StockGateway {

    public static void main(String[] args) {
        SpringApplication.run(StockGateway.class, args);
    }
}
