using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Handmade PARTIAL_UPDATE_ROWS events, and documents with random changes.</summary>
internal static class PartialJsonEvents
{
    private static readonly string[] _names = ["a", "b", "ab", "ключ", "日本", "a b", "q\"uote", "back\\slash", "tab\t", "", "😀",
        "long_name_of_a_member", "x1"];

    /// <summary>A number and a JSON column.</summary>
    public static TableMap Map { get; } = TestEvents.Map([(byte)ColumnType.Tiny, (byte)ColumnType.Json], [4]);

    /// <summary>Writes the body of an update of one row, FULL before and after.</summary>
    public static byte[] Body(byte[] before, byte[] diffs) =>
    [
        77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 3, 3, 0, 1, .. BitConverter.GetBytes(before.Length), .. before,
        1, 1, 0, 2, .. BitConverter.GetBytes(diffs.Length), .. diffs,
    ];

    public static RowBuffer Scan(TableMap map, byte[] body)
        => new RowScanner().Scan(map, RowsHeader.Read(EventType.PartialUpdateRows, body, TestEvents.Format), body, 0, body.Length);

    public static byte[] Diff(JsonDiffOperation operation, string path, object? value = null)
    {
        var text = Encoding.UTF8.GetBytes(path);
        var document = operation == JsonDiffOperation.Remove ? [] : BinaryJsonWriter.Document(value);
        byte[] tail = operation == JsonDiffOperation.Remove ? [] : [.. Length(document.Length), .. document];
        return [(byte)operation, .. Length(text.Length), .. text, .. tail];
    }

    /// <summary>Writes whole events, each of one row with its document before the update.</summary>
    public static IEnumerable<RecordedRows.Event> Made()
    {
        var header = new byte[EventHeader.Length];
        header[4] = (byte)EventType.PartialUpdateRows;
        header[9] = EventHeader.Length;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var model = RandomObject(random, 4);
            var before = BinaryJsonWriter.Document(model, seed % 4 == 0);
            var diffs = Enumerable.Range(0, 1 + random.Next(6)).SelectMany(_ => Change(random, model) ?? []).ToArray();
            var body = Body(before, diffs);
            yield return new RecordedRows.Event("made", seed, EventHeader.Read(header), body, TestEvents.Format, Map, Scan(Map, body));
        }
    }

    public static object? RandomValue(Random random, int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => (long)random.Next(-1000, 1000),
        3 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        4 => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        5 => new string((char)random.Next('a', 'z'), random.Next(random.Next(10) == 0 ? 300 : 8)) + _names[random.Next(_names.Length)],
        6 or 7 => RandomObject(random, depth - 1),
        _ => Enumerable.Range(0, random.Next(8)).Select(_ => RandomValue(random, depth - 1)).ToList(),
    };

    public static object RandomObject(Random random, int depth)
    {
        var result = new KeyedValues();
        for (var i = random.Next(8); i > 0; i--)
        {
            result[_names[random.Next(_names.Length)]] = RandomValue(random, depth);
        }

        return result;
    }

    /// <summary>Changes a document in place, and returns the difference that describes the change.</summary>
    /// <returns>The difference; null if there was nothing to change at random.</returns>
    public static byte[]? Change(Random random, object? root)
    {
        var path = "$";
        for (var node = root; ;)
        {
            var isDone = random.Next(3) == 0;
            if (node is KeyedValues map)
            {
                var name = random.Next(3) == 0 || map.Count == 0 ? _names[random.Next(_names.Length)]
                    : map.Keys.ElementAt(random.Next(map.Count));
                path += "." + Quoted(random, name);
                if (!map.TryGetValue(name, out var child))
                {
                    var value = RandomValue(random, 2);
                    map.Add(name, value);
                    return Diff(JsonDiffOperation.Insert, path, value);
                }

                if (!isDone && child is KeyedValues or List<object?>)
                {
                    node = child;
                    continue;
                }

                return random.Next(2) == 0 && map.Remove(name) ? Diff(JsonDiffOperation.Remove, path)
                    : Diff(JsonDiffOperation.Replace, path, map[name] = RandomValue(random, 2));
            }

            if (node is not List<object?> array)
            {
                return null;
            }

            var index = random.Next(array.Count + 1);
            if (index < array.Count && !isDone && array[index] is KeyedValues or List<object?>)
            {
                path += Cell(random, index, array.Count);
                node = array[index];
                continue;
            }

            return ChangeCell(random, array, index, path);
        }
    }

    private static byte[] ChangeCell(Random random, List<object?> array, int index, string path)
    {
        path += Cell(random, index, array.Count);
        if (index < array.Count && random.Next(2) == 0)
        {
            return Diff(JsonDiffOperation.Replace, path, array[index] = RandomValue(random, 2));
        }

        if (index < array.Count && random.Next(2) == 0)
        {
            array.RemoveAt(index);
            return Diff(JsonDiffOperation.Remove, path);
        }

        var value = RandomValue(random, 2);
        array.Insert(index, value);
        return Diff(JsonDiffOperation.Insert, path, value);
    }

    private static string Cell(Random random, int index, int count) => index == count ? $"[{count + random.Next(3)}]"
        : random.Next(4) > 0 ? $"[{index}]"
        : index == count - 1 ? "[last]" : $"[last-{count - 1 - index}]";

    private static string Quoted(Random random, string name)
        => name.Length > 0 && random.Next(2) == 0 && name.All(char.IsLetterOrDigit) ? name
        : "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\t", random.Next(2) == 0 ? "\\t" : "\\u0009", StringComparison.Ordinal)
            .Replace("😀", random.Next(2) == 0 ? "😀" : "\\ud83d\\uDE00", StringComparison.Ordinal) + "\"";

    private static byte[] Length(int length) => length < 251 ? [(byte)length]
        : length <= ushort.MaxValue ? [252, (byte)length, (byte)(length >> 8)]
        : [253, (byte)length, (byte)(length >> 8), (byte)(length >> 16)];
}
