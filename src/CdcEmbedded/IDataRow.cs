namespace CdcEmbedded;

/// <summary>A type that a record can be read into: <see cref="DataRecord.To{T}()"/>. <see cref="CdcRowAttribute"/> on a partial type writes
/// the method; a type may also write it itself.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IDataRow<TSelf>
    where TSelf : IDataRow<TSelf>
{
    /// <summary>Reads a record. It may be called from any thread.</summary>
    /// <param name="record">A record with a value: a whole row or document, or a key if the type has the key's columns only.</param>
    /// <exception cref="DataConversionException">A value does not convert exactly, is null where the type has no null,
    /// or is absent.</exception>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    static abstract TSelf Read(DataRecord record);
}
