using System.Globalization;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>Writes BSON.</summary>
public static class DocWriter
{
    /// <summary>The document's bytes.</summary>
    public static byte[] ToBytes(Doc document)
    {
        var buffer = new ByteBuffer(256);
        Write(buffer, document);
        return buffer.Written.ToArray();
    }

    internal static void Write(ByteBuffer buffer, Doc document)
    {
        int start = buffer.Open();
        foreach ((string name, object? value) in document)
        {
            WriteElement(buffer, name, value);
        }

        buffer.Close(start);
    }

    internal static byte TypeOf(object? value) => value switch
    {
        double => 0x01,
        string => 0x02,
        Doc => 0x03,
        List<object?> => 0x04,
        DocBinary => 0x05,
        DocMarker.Undefined => 0x06,
        DocId => 0x07,
        bool => 0x08,
        DocDate => 0x09,
        null => 0x0A,
        DocRegex => 0x0B,
        DocPointer => 0x0C,
        DocCode { Scope: null } => 0x0D,
        DocSymbol => 0x0E,
        DocCode => 0x0F,
        int => 0x10,
        DocTimestamp => 0x11,
        long => 0x12,
        DocDecimal => 0x13,
        DocMarker.MaxKey => 0x7F,
        DocMarker.MinKey => 0xFF,
        DocRaw raw => raw.Type,
        _ => throw new ArgumentException($"{value.GetType()} is no BSON value of the double."),
    };

    private static void WriteElement(ByteBuffer buffer, string name, object? value)
    {
        buffer.Byte(TypeOf(value));
        buffer.CString(name);
        WriteValue(buffer, value);
    }

    private static void WriteValue(ByteBuffer buffer, object? value)
    {
        switch (value)
        {
            case double number:
                buffer.Int64(BitConverter.DoubleToInt64Bits(number));
                break;
            case string text:
                buffer.Text(text);
                break;
            case Doc document:
                Write(buffer, document);
                break;
            case List<object?> array:
                WriteArray(buffer, array);
                break;
            case DocRaw raw:
                buffer.Bytes(raw.Bytes.Span);
                break;
            case DocBinary binary:
                buffer.Int32(binary.Bytes.Length);
                buffer.Byte(binary.Subtype);
                buffer.Bytes(binary.Bytes);
                break;
            case DocId id:
                buffer.Bytes(id.ToBytes());
                break;
            case bool flag:
                buffer.Byte(flag ? (byte)1 : (byte)0);
                break;
            case int number:
                buffer.Int32(number);
                break;
            case long number:
                buffer.Int64(number);
                break;
            case DocDate date:
                buffer.Int64(date.Milliseconds);
                break;
            case DocTimestamp time:
                buffer.Int64((long)time.Value);
                break;
            case DocDecimal number:
                buffer.Int64((long)number.Low);
                buffer.Int64((long)number.High);
                break;
            default:
                WriteRare(buffer, value);
                break;
        }
    }

    private static void WriteArray(ByteBuffer buffer, List<object?> array)
    {
        int start = buffer.Open();
        for (int i = 0; i < array.Count; i++)
        {
            WriteElement(buffer, i.ToString(CultureInfo.InvariantCulture), array[i]);
        }

        buffer.Close(start);
    }

    private static void WriteRare(ByteBuffer buffer, object? value)
    {
        switch (value)
        {
            case DocRegex regex:
                buffer.CString(regex.Pattern);
                buffer.CString(regex.Options);
                break;
            case DocPointer pointer:
                buffer.Text(pointer.Namespace);
                buffer.Bytes(pointer.Id.ToBytes());
                break;
            case DocSymbol symbol:
                buffer.Text(symbol.Name);
                break;
            case DocCode { Scope: null } code:
                buffer.Text(code.Code);
                break;
            case DocCode { Scope: { } scope } code:
                int start = buffer.Open();
                buffer.Text(code.Code);
                Write(buffer, scope);
                buffer.PatchLength(start);
                break;
        }
    }
}
