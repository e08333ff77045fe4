using CdcEmbedded.Hosting.Delivery;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Which changes remain where only the last of each key is handled.</summary>
public sealed class LastOfKeyTests : HostingTest
{
    [Fact]
    public async Task The_last_change_of_each_key_remains()
        => Assert.Equal(["2:5", "1:8", "3:9"], await KeepAsync(new ScriptedSource()
            .Insert(Table, Row(1, 4, 4)).Insert(Table, Row(2, 5, 5)).Update(Table, Row(1, 4, 4), Row(1, 6, 6))
            .Update(Table, Row(1, 6, 6), Row(1, 8, 8)).Insert(Table, Row(3, 9, 9))));

    [Fact]
    public async Task An_update_that_omits_columns_does_not_replace_the_changes_before_it()
        => Assert.Equal(["1:4", "1:6", "1:", "2:5"], await KeepAsync(new ScriptedSource()
            .Insert(Table, Row(1, 3, 3)).Update(Table, Row(1, 3, 3), Row(1, 4, 4))
            .Update(Table, Row(1, null, null), Row(1, 6, null)).Update(Table, Row(1, null, null), Row(1, null, 7))
            .Update(Table, Row(2, null, null), Row(2, null, 4)).Update(Table, Row(2, 5, 4), Row(2, 5, 5))));

    private static ScriptedRow Row(int id, int? n, int? m)
        => ScriptedRow.Of(("id", id), ("n", n is { } a ? a : DataValue.Absent), ("m", m is { } b ? b : DataValue.Absent));

    private async Task<IEnumerable<string>> KeepAsync(ScriptedSource script)
    {
        await using var engine = new CdcEngine(script.End(), Store, new CdcEngineOptions { Name = "test" });
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Cancellation))
        {
            changes.Add(change);
        }

        return LastOfKey.Of(changes).Select(change => $"{change.Key["id"]}:{change.After["n"]}");
    }
}
