using System.Globalization;
using System.Text.Json;
using CdcEmbedded.Testing;

namespace CdcEmbedded.StreamSimulation;

/// <summary>A random script: transactions of changes that are counted from 1, cut connections, repetitions and empty traffic.</summary>
internal sealed class SimulatedScript
{
    private const string Table = "shop.orders";

    private readonly List<int> _before = [];
    private readonly List<int> _keys = [0];

    public SimulatedScript(Random random)
    {
        Source = new ScriptedSource { ChangesPerEvent = random.Next(1, 4) };
        var keys = random.Next(1, 7);
        for (var left = random.Next(3, 14); left > 0; left--)
        {
            _before.Add(Count);
            switch (random.Next(8))
            {
                case 0:
                    Source.Filtered();
                    break;
                case 1:
                    Insert(random.Next(keys));
                    break;
                default:
                    Source.Begin();
                    for (var rows = random.Next(1, 6); rows > 0; rows--)
                    {
                        Insert(random.Next(keys));
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

    /// <summary>Number of changes.</summary>
    public int Count => _keys.Count - 1;

    public int KeyOf(int change) => _keys[change];

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

    private void Insert(int key)
    {
        _keys.Add(key);
        Source.Insert(Table, ("id", key), ("n", Count), ("text", Count.ToString(CultureInfo.InvariantCulture)));
    }
}
