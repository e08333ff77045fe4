using System.Globalization;
using System.Text.Json;
using CdcEmbedded.Testing;

namespace CdcEmbedded.StreamSimulation;

/// <summary>A random script: transactions of changes that are counted from 1, cut connections, repetitions and empty traffic. With tables
/// to read, every key has a row from the beginning, of change 0.</summary>
internal sealed class SimulatedScript
{
    private const string Table = "shop.orders";

    private readonly List<int> _before = [];
    private readonly List<int> _keys = [0];
    private readonly int[]? _rows;

    public SimulatedScript(Random random, bool hasTables)
    {
        Source = new ScriptedSource { ChangesPerEvent = random.Next(1, 4), IsVisibleLate = random.Next(2) == 0 };
        var keys = Keys = random.Next(1, 7);
        if (hasTables)
        {
            _rows = new int[keys];
            Source.Table(Table, [.. Enumerable.Range(0, keys).Select(static key => Row(key, 0))]);
        }

        for (var left = random.Next(3, 14); left > 0; left--)
        {
            _before.Add(Count);
            switch (random.Next(8))
            {
                case 0:
                    Source.Filtered();
                    break;
                case 1:
                    Write(random.Next(keys));
                    break;
                default:
                    Source.Begin();
                    for (var rows = random.Next(1, 6); rows > 0; rows--)
                    {
                        Write(random.Next(keys));
                        if (random.Next(8) == 0)
                        {
                            Source.Disconnect();
                        }
                    }

                    Source.Commit();
                    break;
            }

            if (random.Next(6) == 0)
            {
                Source.Heartbeat().Disconnect();
            }
        }

        _before.Add(Count);
        Source.Heartbeat();
    }

    public ScriptedSource Source { get; }

    /// <summary>Number of keys; not each has changes.</summary>
    public int Keys { get; }

    /// <summary>Number of changes.</summary>
    public int Count => _keys.Count - 1;

    public int KeyOf(int change) => _keys[change];

    /// <summary>The newest change of a key among the first ones; 0 if there is none.</summary>
    public int LastOf(int key, int count) => _keys.FindLastIndex(count, count, other => other == key) is > 0 and var last ? last : 0;

    /// <summary>How many changes are before a stored offset; 0 if there is none yet.</summary>
    public int CountBefore(string? stored)
    {
        if (stored is null)
        {
            return 0;
        }

        using var document = JsonDocument.Parse(stored);
        return document.RootElement.TryGetProperty("position"u8, out var position)
            ? _before[position.GetProperty("tx"u8).GetInt32()] + position.GetProperty("row"u8).GetInt32() : 0;
    }

    private static ScriptedRow Row(int key, int change) => ScriptedRow.Of(("id", key), ("n", change),
        ("text", change.ToString(CultureInfo.InvariantCulture)));

    private void Write(int key)
    {
        _keys.Add(key);
        if (_rows is { } rows)
        {
            Source.Update(Table, Row(key, rows[key]), Row(key, Count));
            rows[key] = Count;
        }
        else
        {
            Source.Insert(Table, ("id", key), ("n", Count), ("text", Count.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
