using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>A column type of random histories, with the values that it draws.</summary>
/// <param name="Sql">The type in a definition.</param>
/// <param name="Draw">Draws a literal.</param>
public sealed record ColumnKind(string Sql, Func<Random, string> Draw)
{
    private static readonly string[] _words = ["", "a", "größe", "日本", "x y", "it''s", "NULL", "ÿ", "0123456789", "tab\t", "\\\\"];

    private static readonly ColumnKind[] _common =
    [
        new("INT", random => Number(random.Next(int.MinValue, int.MaxValue))),
        new("TINYINT", random => Number(random.Next(-128, 128))),
        new("SMALLINT UNSIGNED", random => Number(random.Next(0, 65536))),
        new("MEDIUMINT", random => Number(random.Next(-8388608, 8388608))),
        new("BIGINT UNSIGNED", random => Number(random.NextInt64()) + (random.Next(2) == 0 ? "" : " + 9223372036854775807")),
        new("DECIMAL(12,3)", random => $"{random.Next(-999999999, 999999999)}.{random.Next(0, 1000):000}"),
        new("DOUBLE", random => Real(random.NextDouble() * Math.Pow(10, random.Next(-20, 20)))),
        new("FLOAT", random => Real(random.NextSingle() * 1000)),
        new("DATE", random => $"'{random.Next(1000, 9999)}-{random.Next(1, 13):00}-{random.Next(1, 29):00}'"),
        new("TIME(2)", random => $"'{(random.Next(2) == 0 ? "-" : "")}{random.Next(0, 838)}:{random.Next(0, 60):00}"
            + $":{random.Next(0, 60):00}.{random.Next(0, 100):00}'"),
        new("DATETIME(3)", random => $"'{random.Next(1000, 9999)}-{random.Next(1, 13):00}-{random.Next(1, 29):00} "
            + $"12:{random.Next(0, 60):00}:01.{random.Next(0, 1000):000}'"),
        new("TIMESTAMP(6) NULL", random => $"'{random.Next(1971, 2038)}-{random.Next(1, 13):00}-{random.Next(1, 29):00} "
            + $"12:{random.Next(0, 60):00}:01.{random.Next(0, 1000000):000000}'"),
        new("YEAR", random => Number(random.Next(1901, 2156))),
        new("VARCHAR(40)", random => $"'{Word(random)}{Word(random)}'"),
        new("VARCHAR(300)", random => $"REPEAT('{Word(random)}', {random.Next(0, 30)})"),
        new("CHAR(15)", random => $"'{Word(random)}'"),
        new("VARCHAR(40) CHARACTER SET latin1", random => $"'{(random.Next(2) == 0 ? "größe" : "ÿ")}'"),
        new("TEXT", random => $"REPEAT('{Word(random)}', {random.Next(0, 200)})"),
        new("BLOB", random => $"REPEAT(X'{random.Next(0, 256):X2}', {random.Next(0, 200)})"),
        new("VARBINARY(20)", random => $"X'{random.Next():X8}'"),
        new("BINARY(6)", random => $"X'{random.Next(0, 256):X2}00'"),
        new("BIT(9)", random => Number(random.Next(0, 512))),
        new("ENUM('a', 'b,c', 'größe')", random => Number(random.Next(1, 4))),
        new("ENUM('größe', 'a', 'new', 'd''e')", random => Number(random.Next(1, 5))),
        new("SET('x', 'y', 'ü')", random => Number(random.Next(0, 8))),
    ];

    private static readonly ColumnKind[] _mySql97 =
    [
        .. _common,
        new("JSON", random => $"JSON_OBJECT('k', {random.Next()}, 'l', JSON_ARRAY('{Word(random)}', NULL, {Real(random.NextDouble())}))"),
    ];

    /// <summary>Returns the types that a server has.</summary>
    public static IReadOnlyList<ColumnKind> Of(ServerKind kind) => kind == ServerKind.MySql97 ? _mySql97 : _common;

    private static string Word(Random random) => _words[random.Next(_words.Length)];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Real(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
