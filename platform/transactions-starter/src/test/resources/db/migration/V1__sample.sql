create table product (
    sku     text primary key,
    on_hand int not null constraint on_hand_positive check (on_hand >= 0),
    version int not null
);

create table held (
    gid      text primary key,
    sku      text not null,
    quantity int not null
);
