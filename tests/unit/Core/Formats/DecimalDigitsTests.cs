using System.Globalization;
using System.Text;
using CdcEmbedded.Formats;

namespace CdcEmbedded.Tests.Formats;

public sealed class DecimalDigitsTests
{
    [Fact]
    public void Every_length_and_scale_has_the_text_of_the_decimal()
    {
        Span<byte> text = stackalloc byte[DataValue.MaxFormattedBytes];
        for (ulong power = 1; ; power *= 10)
        {
            foreach (var magnitude in (ulong[])[power, power - 1, power + 1, power + (power / 2)])
            {
                for (var scale = 0; scale <= 28; scale++)
                {
                    foreach (var isNegative in (bool[])(magnitude == 0 ? [false] : [false, true]))
                    {
                        var value = new decimal((int)magnitude, (int)(magnitude >> 32), 0, isNegative, (byte)scale);
                        Assert.Equal(value.ToString(CultureInfo.InvariantCulture),
                            Encoding.ASCII.GetString(text[..DecimalDigits.Write(text, magnitude, scale, isNegative)]));
                    }
                }
            }

            if (power == 10_000_000_000_000_000_000)
            {
                break;
            }
        }

        Assert.Equal("18446744073709551615", Encoding.ASCII.GetString(text[..DecimalDigits.Write(text, ulong.MaxValue, 0, false)]));
    }
}
