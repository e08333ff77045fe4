-- What binlog.000001 records: MySQL 9.7.4 with its defaults, gtid_mode=ON and binlog_row_metadata=FULL.
CREATE DATABASE shop;
USE shop;

CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  email VARCHAR(120) CHARACTER SET latin1,
  tier ENUM('basic', 'silver', 'gold') NOT NULL DEFAULT 'basic',
  interests SET('books', 'garden', 'music', 'tools') NOT NULL DEFAULT '',
  born DATE,
  created TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3));

CREATE TABLE products (
  sku CHAR(8) NOT NULL PRIMARY KEY,
  title VARCHAR(80) NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  stock INT UNSIGNED NOT NULL,
  attributes JSON,
  embedding VECTOR(4),
  thumbnail VARBINARY(64));

CREATE TABLE orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  status ENUM('new', 'paid', 'shipped', 'cancelled') NOT NULL DEFAULT 'new',
  total DECIMAL(12, 2) NOT NULL DEFAULT 0,
  placed DATETIME(6) NOT NULL,
  deliver_at TIME,
  ship_to POINT SRID 4326,
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE);

CREATE TABLE order_lines (
  order_id BIGINT UNSIGNED NOT NULL,
  line SMALLINT NOT NULL,
  sku CHAR(8) NOT NULL,
  qty INT NOT NULL,
  PRIMARY KEY (order_id, line),
  FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  FOREIGN KEY (sku) REFERENCES products (sku) ON UPDATE CASCADE);

CREATE TABLE carts (token BINARY(8) NOT NULL PRIMARY KEY, items JSON NOT NULL);

INSERT INTO products VALUES
  ('BK-0001', 'Die Verwandlung', 9.80, 12, '{"author": "Franz Kafka", "pages": 96, "language": "de"}', TO_VECTOR('[0.12, -0.5, 0.33, 1]'), x'89504e470d0a1a0a'),
  ('BK-0002', '吾輩は猫である', 14.50, 3, '{"author": "夏目漱石", "pages": 610, "language": "ja"}', TO_VECTOR('[0.1, -0.4, 0.31, 0.98]'), NULL),
  ('TL-0007', 'Folding saw', 34.00, 40, '{"blade_mm": 240, "ratings": [5, 4, 5]}', NULL, NULL);
DO SLEEP(0.2);
INSERT INTO customers (name, email, tier, interests, born) VALUES
  ('Zoë Hansen', 'zoe@example.com', 'gold', 'books,music', '1987-04-12'),
  ('佐藤 健', 'ken@example.com', 'basic', 'garden', NULL);
DO SLEEP(0.3);
INSERT INTO carts VALUES (x'00c0ffee00000000', '[{"sku": "TL-0007", "qty": 1}]');
DO SLEEP(0.2);
UPDATE carts SET items = JSON_ARRAY_APPEND(items, '$', JSON_OBJECT('sku', 'BK-0001', 'qty', 2));
DO SLEEP(0.4);

-- One purchase, one transaction: three tables change together.
START TRANSACTION;
INSERT INTO orders (customer_id, placed, deliver_at, ship_to)
  VALUES (1, '2026-03-09 12:33:58.123456', '17:30:00', ST_SRID(POINT(10.75, 59.91), 4326));
INSERT INTO order_lines VALUES (1, 1, 'TL-0007', 1), (1, 2, 'BK-0001', 2);
UPDATE products SET stock = stock - 2 WHERE sku = 'BK-0001';
UPDATE products SET stock = stock - 1 WHERE sku = 'TL-0007';
UPDATE orders SET total = 53.60 WHERE id = 1;
DELETE FROM carts WHERE token = x'00c0ffee00000000';
COMMIT;
DO SLEEP(0.5);

START TRANSACTION;
INSERT INTO orders (customer_id, placed) VALUES (2, '2026-03-09 12:35:02');
INSERT INTO order_lines VALUES (2, 1, 'BK-0002', 1);
UPDATE products SET stock = stock - 1 WHERE sku = 'BK-0002';
UPDATE orders SET total = 14.50 WHERE id = 2;
COMMIT;
DO SLEEP(0.2);

-- Never seen by anybody: rolled back.
START TRANSACTION;
UPDATE products SET price = 0.01;
ROLLBACK;

UPDATE orders SET status = 'paid' WHERE id = 1;
DO SLEEP(0.3);
UPDATE products SET price = price * 1.10, attributes = JSON_SET(attributes, '$.pages', 102) WHERE sku = 'BK-0001';

-- The schema changes under way: rows before and after it are read right.
ALTER TABLE customers ADD COLUMN phone VARCHAR(20) AFTER email, RENAME COLUMN born TO birth_date;
UPDATE customers SET phone = '+47 555 01 23', tier = 'silver' WHERE id = 1;
DO SLEEP(0.2);

-- A new primary key, and what follows from it in the lines (MySQL 9.6 and newer log foreign-key actions).
UPDATE products SET sku = 'TL-0107' WHERE sku = 'TL-0007';
DO SLEEP(0.2);
UPDATE orders SET status = 'shipped' WHERE id = 1;
DO SLEEP(0.3);

-- Forgotten on request: the customer's orders and their lines go too.
DELETE FROM customers WHERE id = 2;
