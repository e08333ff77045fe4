using System.Security.Cryptography;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Checks and identifies the application's pipeline.</summary>
internal static class PipelineCheck
{
    private static readonly HashSet<string> Allowed = ["$addFields", "$match", "$project", "$redact", "$replaceRoot", "$replaceWith",
        "$set", "$unset"];

    /// <summary>Checks that every stage is one that change streams allow (manual, "Modify Change Stream Output"), and that none changes or
    /// removes an event's <c>_id</c>, its place in the stream. What <c>$replaceRoot</c> does to it only the server sees.</summary>
    /// <exception cref="ArgumentException">A stage is not allowed.</exception>
    public static void Check(IReadOnlyList<BsonDocument> pipeline)
    {
        for (var i = 0; i < pipeline.Count; i++)
        {
            if (pipeline[i] is not { ElementCount: 1 } stage)
            {
                throw Refuse(i, "must be a document with one field, such as {\"$match\": …}");
            }

            var (name, value) = (stage.GetElement(0).Name, stage.GetElement(0).Value);
            if (!Allowed.Contains(name))
            {
                throw Refuse(i, name is "$changeStream" or "$changeStreamSplitLargeEvent"
                    ? $"is {name}, which the source adds itself"
                    : $"is {name}; a change stream allows only {string.Join(", ", Allowed)}");
            }

            if (ChangesId(name, value))
            {
                throw Refuse(i, $"is a {name} that changes or removes _id, the event's place in the stream: the server would "
                    + "end the stream");
            }
        }
    }

    /// <summary>Says why collections cannot be read as a snapshot beside this pipeline; null if they can.</summary>
    public static string? WhyNoSnapshot(IReadOnlyList<BsonDocument> pipeline)
    {
        foreach (var stage in pipeline)
        {
            if (stage.GetElement(0).Name is not "$match" and var name)
            {
                return $"The Pipeline of the source has the stage {name}, which changes events and cannot be applied to documents that a "
                    + "snapshot reads. Use a transform of the engine instead.";
            }
        }

        return null;
    }

    /// <summary>A text that changes with the pipeline; empty without one. Offsets carry it.</summary>
    public static string Fingerprint(IReadOnlyList<BsonDocument> pipeline)
    {
        if (pipeline.Count == 0)
        {
            return "";
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var stage in pipeline)
        {
            hash.AppendData(stage.ToBson());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static bool ChangesId(string stage, BsonValue value) => stage switch
    {
        "$unset" => value.IsBsonArray ? value.AsBsonArray.Any(IsId) : IsId(value),
        "$set" or "$addFields" => value.IsBsonDocument && value.AsBsonDocument.Names.Any(IsIdPath),
        "$project"
            => value.IsBsonDocument
            && value.AsBsonDocument.Any(static field => IsIdPath(field.Name) && !(field.Name == "_id" && Keeps(field.Value))),
        _ => false,
    };

    private static bool Keeps(BsonValue value) => value.IsBoolean ? value.AsBoolean : value.IsNumeric && value.ToDouble() != 0;

    private static bool IsId(BsonValue field) => field.IsString && IsIdPath(field.AsString);

    private static bool IsIdPath(string field) => field == "_id" || field.StartsWith("_id.", StringComparison.Ordinal);

    private static ArgumentException Refuse(int stage, string reason) => new($"Stage {stage + 1} of Pipeline {reason}.");
}
