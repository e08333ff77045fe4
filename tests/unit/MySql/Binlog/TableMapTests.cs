using System.Text.Json;
using System.Text.RegularExpressions;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

public partial class TableMapTests
{
    // Tables whose columns never change during the recording, so that the last state describes every map.
    public static TheoryData<string> Unaltered => new(Recording.All("mysql-9.7").Select(r => r.Name).Where(n => IsUnaltered(n)
        && !n.EndsWith("-mm", StringComparison.Ordinal)));

    public static TheoryData<string> UnalteredWithoutNames
        => new(Recording.All("mysql-9.7").Where(r => r.Name.EndsWith("-mm",
            StringComparison.Ordinal)).Concat(Recording.All("mysql-5.6")).Select(r => r.Name).Where(IsUnaltered));

    [Theory]
    [MemberData(nameof(Unaltered))]
    public async Task Schema_of_full_metadata_equals_information_schema(string name)
    {
        var recording = Recording.Get(name);
        foreach (var map in (await MapsAsync(recording)).Where(m => m.Schema is not null))
        {
            var schema = map.Schema;
            Assert.NotNull(schema);
            var columns = recording.FinalState().GetProperty(map.FullName).GetProperty("columns").EnumerateArray().ToList();
            Assert.Equal(columns.Select(Describe), schema.Columns.Select(c
                => Describe(c.Name, c.TypeName, c.IsNullable, c.CharacterSet, c.IsPrimaryKey)));
            Assert.Equal(schema.PrimaryKey, map.PrimaryKey);
        }
    }

    [Theory]
    [MemberData(nameof(UnalteredWithoutNames))]
    public async Task Columns_of_information_schema_bind_to_a_map_without_names_and_others_do_not(string name)
    {
        var recording = Recording.Get(name);
        foreach (var map in await MapsAsync(recording))
        {
            Assert.Null(map.Schema);
            var definitions = recording.FinalState().GetProperty(map.FullName).GetProperty("columns")
                .EnumerateArray().Select(Define).ToList();
            Assert.True(map.TryBind(definitions, false, out var bound, out var mismatch), mismatch);
            Assert.Equal(definitions.Select(d => d.Name), bound.Schema?.Columns.Select(c => c.Name));
            Assert.Null(map.Schema);

            Assert.False(map.TryBind(definitions[1..], false, out var same, out mismatch));
            Assert.Same(map, same);
            Assert.Contains(map.FullName, mismatch, StringComparison.Ordinal);
            for (var i = 0; i < definitions.Count; i++)
            {
                var nullable = definitions.ToList();
                nullable[i] = nullable[i] with { IsNullable = !nullable[i].IsNullable };

                // Servers before MySQL 8.0 write the inner side of an outer join as nullable.
                var mayBe = map.Columns[i].IsNullable && !map.HasExactNulls;
                Assert.Equal(mayBe, map.TryBind(nullable, false, out var lenient, out _));
                Assert.True(!mayBe || lenient.Schema?.Columns[i].IsNullable == false);
            }
        }
    }

    [Theory]
    [InlineData("int", "bigint")]
    [InlineData("int", "varchar(10)")]
    [InlineData("varchar(10)", "varchar(11)")]
    [InlineData("varchar(10)", "char(10)")]
    [InlineData("decimal(10,2)", "decimal(10,3)")]
    [InlineData("decimal(10,2)", "decimal(11,2)")]
    [InlineData("datetime(3)", "datetime(6)")]
    [InlineData("text", "mediumtext")]
    [InlineData("bit(8)", "bit(9)")]
    [InlineData("enum('a','b')", "set('a','b')")]
    [InlineData("int", "nonsense")]
    public void Bind_of_another_type_or_length_is_rejected(string actual, string claimed)
    {
        var map = TestEvents.Map(actual);
        Assert.True(map.TryBind([new ColumnDefinition("c", actual, true, TestEvents.CharsetOf(actual))], false, out _, out var mismatch),
            mismatch);
        Assert.False(map.TryBind([new ColumnDefinition("c", claimed, true, TestEvents.CharsetOf(claimed))], false, out _, out mismatch));
        Assert.Contains("'c'", mismatch, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", null, 0, null, "the default of its database")]
    [InlineData("text", null, 51, "cp1251", "")]
    [InlineData("text", "cp1251", 51, "cp1251", "")]
    [InlineData("text", "cp1251", 0, "cp1251", "")]
    [InlineData("text", "koi8r", 51, null, "the log has it in cp1251, the schema has it in koi8r")]
    [InlineData("text", "klingon", 0, null, "klingon is unknown")]
    [InlineData("blob", null, 51, null, "the log has it in cp1251, the schema has it in binary")]
    [InlineData("blob", null, 63, null, "")]
    public void Bind_of_a_text_needs_its_character_set_and_accepts_the_one_in_the_log(
        string type, string? characterSet, int told, string? expected, string refusal)
    {
        // Optional metadata of type 2: the default character set of the columns.
        byte[] optional = told == 0 ? [] : [2, 1, (byte)told];
        var map = TableMap.Read([.. TestEvents.MapBody((byte)ColumnType.Blob, [2]), .. optional], TestEvents.Format);

        Assert.Equal(refusal.Length == 0, map.TryBind([new ColumnDefinition("c", type, true, characterSet)], false, out var bound,
            out var mismatch));

        Assert.Contains(refusal, mismatch, StringComparison.Ordinal);
        Assert.Equal(expected, bound.Schema?.Columns[0].CharacterSet);
    }

    [Theory]
    [InlineData(true, "Long LongLong LongLong", true)]
    [InlineData(false, "Long LongLong", false)]
    [InlineData(true, "Long Long", false)]
    [InlineData(true, "Long LongLong Long", false)]
    [InlineData(true, "Long", true)]
    public void MariaDBs_hashes_of_unique_keys_may_follow_the_columns(bool mayHashKeys, string types, bool fits)
    {
        byte[] codes = [.. types.Split(' ').Select(t => (byte)Enum.Parse<ColumnType>(t))];
        var map = TestEvents.Map(codes, []);

        Assert.Equal(fits, map.TryBind([new ColumnDefinition("c", "int", true)], mayHashKeys, out var bound, out var mismatch));

        Assert.Equal(fits, mismatch.Length == 0);
        Assert.Equal(codes.Length, bound.ColumnCount);
        Assert.Equal(fits ? ["c"] : null, bound.Schema?.Columns.Select(c => c.Name));
    }

    [Fact]
    public void Header_gives_the_table_without_parsing_the_columns()
    {
        var header = TableMapHeader.Read(TestEvents.MapBody("int"), TestEvents.Format);
        Assert.Equal((77ul, "db", "t"), (header.TableId, System.Text.Encoding.UTF8.GetString(header.Database),
            System.Text.Encoding.UTF8.GetString(header.Table)));
    }

    [Theory]
    [InlineData(ColumnType.TypedArray)]
    [InlineData(ColumnType.Bool)]
    [InlineData(ColumnType.Invalid)]
    [InlineData(ColumnType.OldDecimal)]
    [InlineData((ColumnType)200)]
    internal void Columns_of_types_that_no_table_has_are_rejected_by_name(ColumnType type)
    {
        var e = Assert.Throws<CdcProtocolException>(() => TableMap.Read(TestEvents.MapBody((byte)type, []), TestEvents.Format));
        Assert.Equal("TABLE_MAP_EVENT", e.EventType);
    }

    private static async Task<IEnumerable<TableMap>> MapsAsync(Recording recording)
    {
        var read = await RecordedRows.ReadAsync(recording);
        var state = recording.FinalState();
        return read.Events.Where(e => e.Header.Type == EventType.TableMap).Select(e => e.Map).OfType<TableMap>()
            .Where(m => state.TryGetProperty(m.FullName, out _)).DistinctBy(m => (m.FullName, m.Schema is null)).ToList();
    }

    private static bool IsUnaltered(string name) => !Altering().IsMatch(name);

    private static ColumnDefinition Define(JsonElement c) => new(
        c.GetProperty("name").GetString() ?? "", c.GetProperty("type").GetString() ?? "", c.GetProperty("nullable").GetBoolean(),
        c.GetProperty("charset").GetString());

    private static string Describe(JsonElement c) => Describe(
        c.GetProperty("name").GetString() ?? "", c.GetProperty("type").GetString() ?? "", c.GetProperty("nullable").GetBoolean(),
        c.GetProperty("charset").GetString(), c.GetProperty("key").GetString() == "PRI");

    // Not in the log: ZEROFILL, display widths, the digits of FLOAT(m,d). Labels above U+FFFF are not in information_schema.
    private static string Describe(string name, string type, bool nullable, string? charset, bool key)
    {
        type = type.Replace(" zerofill", "", StringComparison.Ordinal);
        type = DisplayWidth().Replace(type, "$1");
        type = type.StartsWith("enum", StringComparison.Ordinal)
            ? string.Concat(type.EnumerateRunes().Select(r => r.Value > 0xffff ? "?" : r.ToString())) : type;
        return $"{name} {type} {(nullable ? "NULL" : "NOT NULL")} {charset} {(key ? "PRI" : "")}";
    }

    [GeneratedRegex("ddl|alter|rotate|prevgtids")]
    private static partial Regex Altering();

    [GeneratedRegex(@"^((?:tiny|small|medium|big)?int|year|float|double)\([\d,]+\)")]
    private static partial Regex DisplayWidth();
}
