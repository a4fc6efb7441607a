package io.covenant.transactions.participant.sample;

import org.springframework.data.repository.CrudRepository;

public interface Products extends CrudRepository<Product, String> {}
