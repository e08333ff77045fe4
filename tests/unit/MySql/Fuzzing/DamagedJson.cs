using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Binary JSON documents and their differences, made at random and damaged.</summary>
internal sealed class DamagedJson : FuzzTarget
{
    public override int Run(Random random)
    {
        var model = PartialJsonEvents.RandomObject(random, 4);
        var document = BinaryJsonWriter.Document(model, random.Next(4) == 0);
        var length = document.Length;
        try
        {
            if (random.Next(3) > 0)
            {
                JsonBinary.Instance.ToJsonText(Mutation.Of(random, document, document));
                return length;
            }

            byte[] diffs = [.. Enumerable.Range(0, 1 + random.Next(4)).SelectMany(_ => PartialJsonEvents.Change(random, model) ?? [])];
            var body = PartialJsonEvents.Body(random.Next(2) == 0 ? document : Mutation.Of(random, document, diffs), Mutation.Of(random,
                diffs, document));
            body = random.Next(4) == 0 ? Mutation.Of(random, body, diffs) : body;
            length += body.Length;
            var rows = PartialJsonEvents.Scan(PartialJsonEvents.Map, body);
            for (var image = 0; image < rows.ImageCount; image++)
            {
                _ = rows.GetValue(image, 1).ToString();
            }
        }
        catch (Exception e) when (e is CdcException)
        {
            // A damaged document may refuse to be text.
        }

        return length;
    }
}
