using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <content>Text, bytes, identifiers, documents.</content>
internal static partial class Exact
{
    public readonly struct Text : IExact<string>
    {
        public static string TypeName => "string";

        public static bool TryConvert(in DataValue value, out string result)
        {
            var isText = value.Kind is ValueKind.Text or ValueKind.Json or ValueKind.ObjectId or ValueKind.Uuid or ValueKind.Document
                or ValueKind.Array or ValueKind.SourceSpecific 
                || (value.Kind is ValueKind.Enum or ValueKind.Set && value.TryGetLabels(out _));
            result = isText ? value.AsString() : "";
            return isText;
        }

        public static bool TryRead(RecordSet set, int record, int field, [MaybeNullWhen(false)] out string result)
            => set.TryReadText(record, field, out result);
    }

    public readonly struct Bytes : IExact<byte[]>
    {
        public static string TypeName => "byte[]";

        public static bool TryConvert(in DataValue value, out byte[] result)
        {
            var isBytes = value.Kind is ValueKind.Binary or ValueKind.Geometry or ValueKind.ObjectId;
            result = isBytes ? value.AsBytes().ToArray() : [];
            return isBytes;
        }
    }

    public readonly struct Labels : IExact<string[]>
    {
        public static string TypeName => "string[]";

        public static bool TryConvert(in DataValue value, out string[] result)
        {
            result = [];
            if (value.Kind == ValueKind.Set && value.TryGetLabels(out _))
            {
                result = value.AsStrings();
                return true;
            }

            return value.Kind == ValueKind.Array && TryTexts(value.AsValues(), out result);
        }

        private static bool TryTexts(ValueList values, out string[] result)
        {
            result = new string[values.Count];
            for (var i = 0; i < result.Length; i++)
            {
                if (!Text.TryConvert(values[i], out result[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public readonly struct Vector : IExact<float[]>
    {
        public static string TypeName => "float[]";

        public static bool TryConvert(in DataValue value, out float[] result)
        {
            result = value.Kind == ValueKind.Vector ? value.AsVector() : [];
            return value.Kind == ValueKind.Vector;
        }
    }

    public readonly struct Uuid : IExact<Guid>
    {
        public static string TypeName => "Guid";

        // Not sixteen bytes: programs write them in different orders, and nothing in a column says in which.
        public static bool TryConvert(in DataValue value, out Guid result)
        {
            result = default;
            if (value.Kind == ValueKind.Uuid)
            {
                result = value.AsGuid();
                return true;
            }

            return value.Kind == ValueKind.Text && Guid.TryParse(value.AsString(), CultureInfo.InvariantCulture, out result);
        }
    }

    public readonly struct Json : IExact<JsonElement>
    {
        public static string TypeName => "JsonElement";

        public static bool TryConvert(in DataValue value, out JsonElement result)
        {
            result = default;
            if (value.Kind is not (ValueKind.Json or ValueKind.Document or ValueKind.Array))
            {
                return false;
            }

            try
            {
                using var document = JsonDocument.Parse(value.AsString(), new JsonDocumentOptions { MaxDepth = 1000 });
                result = document.RootElement.Clone();
                return true;
            }
            catch (JsonException e)
            {
                throw new CdcProtocolException($"A JSON value is not JSON: {e.Message}", innerException: e);
            }
        }
    }
}
