namespace CdcEmbedded.MongoDb;

/// <summary>Which of the two forms of MongoDB Extended JSON (version 2) to write.</summary>
public enum ExtendedJsonMode
{
    /// <summary>Reads like JSON: numbers as numbers, dates of the years 1970 to 9999 as text. An integer's width is lost.</summary>
    Relaxed,

    /// <summary>Keeps every type: <c>{"$numberInt":"1"}</c>. Equal text means equal bytes, apart from NaN's payload.</summary>
    Canonical,
}
