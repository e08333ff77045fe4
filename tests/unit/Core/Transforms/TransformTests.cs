using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.Tests.Transforms;

public sealed class TransformTests : EngineTest
{
    private const string Salt = "a secret text";

    [Fact]
    public async Task Tables_are_included_and_excluded_by_patterns()
    {
        var source = new ScriptedSource().Insert("shop.orders", ("id", 1)).Insert("shop.audit_log", ("id", 2))
            .Insert("crm.people", ("id", 3));
        var changes = await ReadAsync(source, Transform.IncludeTables("shop.*"), Transform.ExcludeTables("*.audit_*"));
        Assert.Equal([1], changes.Select(Id));
    }

    [Fact]
    public async Task A_condition_keeps_the_changes_of_its_tables_that_fulfil_it()
    {
        var source = new ScriptedSource().Insert("shop.orders", ("id", 1)).Insert("shop.orders", ("id", 2)).Insert("shop.lines", ("id", 3));
        var changes = await ReadAsync(source, Transform.Where("shop.orders", change => change.After["id"].AsInt64() > 1));
        Assert.Equal([2, 3], changes.Select(Id));
    }

    [Fact]
    public async Task The_condition_of_the_page_keeps_deletes_and_truncates()
    {
        var source = new ScriptedSource();
        foreach (var (id, region) in new[] { (1, "EU"), (2, "US") })
        {
            source.Insert("shop.orders", ("id", id), ("region", region), ("note", ""))
                .Delete("shop.orders", ("id", id), ("region", region), ("note", ""));
        }

        var condition = Assert.Single(DocSnippets.Transforms.Create(Salt).Transforms.OfType<RowRule>());
        var changes = await ReadAsync(source.Truncate("shop.orders"), condition);
        Assert.Equal([(ChangeOperation.Create, "1"), (ChangeOperation.Delete, "1"), (ChangeOperation.Truncate, "")],
            changes.Select(change => (change.Operation, change.Key.HasValue ? $"{change.Key["id"]}" : "")));
    }

    [Fact]
    public async Task A_condition_on_a_column_that_the_table_does_not_have_names_its_rule()
    {
        var source = new ScriptedSource().Insert("shop.orders", ("id", 1));
        var e = await Assert.ThrowsAsync<KeyNotFoundException>(() => ReadAsync(source,
            Transform.Where("shop.*", change => change.After["totl"].AsInt64() > 1)));
        Assert.StartsWith("The condition of the transform Where(\"shop.*\", …) failed: shop.orders has no column 'totl'", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_count_what_is_left()
    {
        var source = new ScriptedSource { ChangesPerEvent = 3 };
        source.Begin();
        for (var id = 1; id <= 4; id++)
        {
            source.Insert("shop.orders", ("id", id)).Insert("shop.lines", ("id", -id));
        }

        source.Commit();
        await using var engine = Engine(source, Transform.Where("shop.*", change => Id(change) is not (1 or -2)));
        var items = await ItemsAsync(engine);

        var end = Assert.Single(items.OfType<TransactionEnd>());
        Assert.Equal(6, end.EventCount);
        Assert.Equal([("shop.lines", 3), ("shop.orders", 3)],
            end.DataCollections.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key, StringComparer.Ordinal));
        Assert.Equal([1, 2, 3, 4, 5, 6], items.OfType<ChangeEvent>().Select(c => c.TotalOrder));
    }

    [Fact]
    public async Task What_a_filter_drops_still_moves_the_offset()
    {
        var source = new ScriptedSource().Insert("shop.orders", ("id", 1)).Insert("shop.other", ("id", 2)).Insert("shop.other", ("id", 3));
        await using (var engine = Engine(source, Transform.IncludeTables("shop.orders")))
        {
            await ReadIdsAsync(engine);
        }

        Assert.Equal(At(3), LastSaved);
    }

    [Fact]
    public async Task A_hidden_column_is_nowhere()
    {
        var source = new ScriptedSource().Update(Table, ScriptedRow.Of(("id", 1), ("email", "old@example.com"), ("note", DBNull())),
            ScriptedRow.Of(("id", 1), ("email", "new@example.com"), ("note", "x")));
        var change = Assert.Single(await ReadAsync(source, Transform.Mask("shop.*.e?ail")));

        Assert.Equal(("***", "***"), (change.After["email"].AsString(), change.Before["email"].AsString()));
        Assert.Equal("x", change.After["note"].AsString());
        Assert.Equal(["email", "note"], change.ChangedColumns);
        Assert.Equal("varchar(3)", change.Schema?.Columns[1].TypeName);
        Assert.All([Json(change), change.ToString(), change.After.ToString(), change.Before.ToString()],
            text => Assert.DoesNotContain("example", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Null_and_absent_stay_what_they_are()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("a", null), ("b", DataValue.Absent));
        var change = Assert.Single(await ReadAsync(source, Transform.Mask("*.*.?")));
        Assert.True(change.After["a"].IsNull);
        Assert.True(change.After["b"].IsAbsent);
    }

    [Fact]
    public async Task A_hash_is_the_SHA_256_of_salt_and_value_and_the_same_in_row_and_key()
    {
        var source = new ScriptedSource().Insert(Table, ("id", "Zoë"));
        var change = Assert.Single(await ReadAsync(source, Transform.Hash("shop.orders.id", Salt)));

        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Salt + "Zoë")));
        Assert.Equal((expected, expected), (change.After["id"].AsString(), change.Key["id"].AsString()));
        Assert.Equal(64, change.EventId.Length);
    }

    [Fact]
    public async Task Texts_and_bytes_are_cut_and_a_character_is_not_cut_in_two()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("a", "ab😀"), ("b", new byte[] { 1, 2, 3, 4 }), ("c", "abc"));
        var change = Assert.Single(await ReadAsync(source, Transform.Truncate("*.*.?", 3)));
        Assert.Equal(("ab", "abc"), (change.After["a"].AsString(), change.After["c"].AsString()));
        Assert.Equal([1, 2, 3], change.After["b"].AsBytes().ToArray());
    }

    [Fact]
    public async Task A_rule_for_a_column_has_nothing_to_do_with_a_truncation_of_its_table()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("a", "abcd")).Truncate(Table);
        var changes = await ReadAsync(source, Transform.Truncate("shop.orders.a", 3));
        Assert.Equal([ChangeOperation.Create, ChangeOperation.Truncate], changes.Select(change => change.Operation));
    }

    [Fact]
    public async Task A_number_is_not_cut()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("a", 5));
        var change = Assert.Single(await ReadAsync(source, Transform.Truncate("shop.orders.a", 3)));
        Assert.Contains("Truncate", Assert.Throws<InvalidOperationException>(() => change.After["a"].Kind).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_included_with_the_key_and_excluded()
    {
        var kept = Assert.Single(await ReadAsync(Source(), Transform.IncludeColumns("shop.orders.b")));
        var dropped = Assert.Single(await ReadAsync(Source(), Transform.ExcludeColumns("shop.orders.b")));
        static ScriptedSource Source() => new ScriptedSource().Update(Table, ScriptedRow.Of(("id", 1), ("a", 1), ("b", 2), ("c", 3)),
            ScriptedRow.Of(("id", 1), ("a", 2), ("b", 3), ("c", 3)));

        Assert.Equal(["id", "b"], kept.After.Select(f => f.Name));
        Assert.Equal(["b"], kept.ChangedColumns);
        Assert.Equal(["id", "a", "c"], dropped.After.Select(f => f.Name));
        Assert.Equal(["a"], dropped.ChangedColumns);
        Assert.Throws<KeyNotFoundException>(() => dropped.After["b"]);
    }

    [Fact]
    public async Task Tables_and_columns_get_new_names_by_their_wildcards()
    {
        var source = new ScriptedSource().Insert("shop.orders_2024", ("id", 1), ("cust_name", "Ann"));
        var change = Assert.Single(await ReadAsync(source, Transform.RenameTables("*.orders_*", "copy.*_orders_*"),
            Transform.RenameColumns("shop.*.cust_*", "customer_*")));

        Assert.Equal(("copy", "shop_orders_2024"), (change.Database, change.Table));
        Assert.Equal(("copy.shop_orders_2024", "shop", "orders_2024"),
            (change.Schema?.FullName, change.Source.Database, change.Source.Table));
        Assert.Equal("Ann", change.After["customer_name"].AsString());
    }

    public static TheoryData<Transform[], string> Contradictions => new()
    {
        { [Transform.Mask("shop.orders.a"), Transform.Hash("shop.orders.a", Salt)], "Mask(\"shop.orders.a\") and Hash(\"shop.orders.a\")" },
        { [Transform.ExcludeColumns("shop.orders.a"), Transform.Mask("shop.orders.a")], "contradict" },
        { [null!], "contains null" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Rules_that_contradict_each_other_are_refused_at_construction(Transform[] rules, string message)
        => Assert.Contains(message, Assert.Throws<ArgumentException>(() => Engine(new ScriptedSource(), rules)).Message,
            StringComparison.Ordinal);

    public static TheoryData<Func<Transform>, string> Wrong => new()
    {
        { () => Transform.IncludeTables("orders"), "no point" },
        { () => Transform.Mask("shop.orders"), "'shop.orders' is not a column pattern" },
        { () => Transform.Mask("shop..a"), "empty" },
        { () => Transform.Hash("shop.orders.a", "short"), "at least 8" },
        { () => Transform.RenameTables("shop.orders", "copy.*"), "has 1 wildcards, and the pattern 'shop.orders' has 0" },
        { () => Transform.RenameColumns("shop.orders.a.b", "c"), "path into a document" },
        { () => Transform.Truncate("shop.orders.a", -1), "length" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_rule_is_refused_where_it_is_made(Func<Transform> make, string message)
        => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    public static TheoryData<Transform[], string> Refused => new()
    {
        { [Transform.Mask("shop.orders.emial")], "names a column that shop.orders does not have" },
        { [Transform.Mask("shop.orders.id")], "would make keys of shop.orders equal" },
        { [Transform.ExcludeColumns("shop.orders.id")], "would drop column 'id' of the primary key" },
        { [Transform.Mask("*.*.email"), Transform.Hash("shop.*.email", Salt)], "Two transforms concern column 'email'" },
        { [Transform.Mask("shop.orders.email.x")], "path into a document" },
        { [Transform.RenameColumns("shop.orders.email", "id")], "two columns of shop.orders the name 'id'" },
        { [Transform.RenameTables("shop.*", "a.b"), Transform.RenameTables("*.orders", "a.c")], "Two transforms rename shop.orders" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_rule_that_does_not_fit_a_table_ends_the_stream_and_is_named(Transform[] rules, string message)
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("email", "a@b"));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(source, rules));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_a_snapshot_go_through_the_same_rules_and_dropped_ones_count_as_read()
    {
        var source = new ScriptedSource();
        source.Insert(Table, ("id", 1), ("email", "a@example.com")).Insert(Table, ("id", 2), ("email", "b@example.com"));
        var options = new CdcEngineOptions
        {
            Name = "test",
            TimeProvider = Time,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.InitialOnly },
            Transforms = [Transform.Mask("*.*.email"), Transform.Where("shop.orders", change => Id(change) != 2)],
        };
        await using var engine = new CdcEngine(source, Store, options);
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            changes.Add(change);
        }

        var row = Assert.Single(changes);
        Assert.Equal((ChangeOperation.Read, "***"), (row.Operation, row.After["email"].AsString()));
        Assert.DoesNotContain("example", Json(row), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_masked_row_is_read_into_a_type()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("cust_name", "Ann"));
        var change = Assert.Single(
            await ReadAsync(source, Transform.RenameColumns("*.*.cust_*", "*"), Transform.Mask("*.*.cust_name", "hidden")));
        Assert.Equal(new NamedRow(1, "hidden"), change.After.To<NamedRow>());
    }

    private static DataValue DBNull() => DataValue.Null;

    private CdcEngine Engine(ScriptedSource source, params Transform[] rules)
        => new(source.End(), Store, new CdcEngineOptions { Name = "test", TimeProvider = Time, Transforms = rules });

    private async Task<List<ChangeEvent>> ReadAsync(ScriptedSource source, params Transform[] rules)
    {
        var changes = new List<ChangeEvent>();
        await using var engine = new CdcEngine(source.End(), new FaultyOffsetStore(),
            new CdcEngineOptions { Name = "test", TimeProvider = Time, Transforms = rules });
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            changes.Add(change);
        }

        return changes;
    }

    private static async Task<List<StreamItem>> ItemsAsync(CdcEngine engine)
    {
        var items = new List<StreamItem>();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            items.Add(item);
        }

        return items;
    }

    private static string Json(ChangeEvent change)
    {
        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
        var output = new ArrayBufferWriter<byte>();
        json.Write(output, change);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
