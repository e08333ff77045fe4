using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <content>Dates and times.</content>
internal static partial class Exact
{
    public readonly struct Date : IExact<DateOnly>
    {
        public static string TypeName => "DateOnly";

        public static bool TryConvert(in DataValue value, out DateOnly result)
        {
            result = default;
            if (value.Kind is not (ValueKind.Date or ValueKind.DateTime) || !value.AsCalendar().TryToDateTime(out var time)
                || time.TimeOfDay != TimeSpan.Zero)
            {
                return false;
            }

            result = DateOnly.FromDateTime(time);
            return true;
        }

        public static bool TryRead(RecordSet set, int record, int field, out DateOnly result)
        {
            var isDate = set.TryReadDateTime(record, field, out var time) && time.Kind != DateTimeKind.Utc
                && time.TimeOfDay == TimeSpan.Zero;
            result = isDate ? DateOnly.FromDateTime(time) : default;
            return isDate;
        }
    }

    public readonly struct TimeOfDay : IExact<TimeOnly>
    {
        public static string TypeName => "TimeOnly";

        public static bool TryConvert(in DataValue value, out TimeOnly result)
        {
            result = default;
            if (value.Kind != ValueKind.Time || value.AsTimeSpan() is var time && (time < TimeSpan.Zero || time >= TimeSpan.FromDays(1)))
            {
                return false;
            }

            result = TimeOnly.FromTimeSpan(time);
            return true;
        }
    }

    public readonly struct Duration : IExact<TimeSpan>
    {
        public static string TypeName => "TimeSpan";

        public static bool TryConvert(in DataValue value, out TimeSpan result)
        {
            result = value.Kind == ValueKind.Time ? value.AsTimeSpan() : default;
            return value.Kind == ValueKind.Time;
        }
    }

    public readonly struct LocalTime : IExact<DateTime>
    {
        public static string TypeName => "DateTime";

        public static bool TryConvert(in DataValue value, out DateTime result)
        {
            result = default;
            if (value.Kind == ValueKind.Timestamp && !value.IsFarInstant && !value.IsPartialDate)
            {
                result = value.AsDateTime();
                return true;
            }

            return value.Kind is ValueKind.Date or ValueKind.DateTime && value.AsCalendar().TryToDateTime(out result);
        }

        public static bool TryRead(RecordSet set, int record, int field, out DateTime result)
            => set.TryReadDateTime(record, field, out result);
    }

    public readonly struct Instant : IExact<DateTimeOffset>
    {
        public static string TypeName => "DateTimeOffset";

        public static bool TryConvert(in DataValue value, out DateTimeOffset result)
        {
            var isInstant = value.Kind == ValueKind.Timestamp && !value.IsFarInstant && !value.IsPartialDate;
            result = isInstant ? value.AsDateTimeOffset() : default;
            return isInstant;
        }

        public static bool TryRead(RecordSet set, int record, int field, out DateTimeOffset result)
        {
            var isInstant = set.TryReadDateTime(record, field, out var time) && time.Kind == DateTimeKind.Utc;
            result = isInstant ? new DateTimeOffset(time) : default;
            return isInstant;
        }
    }

    public readonly struct Calendar : IExact<CalendarDateTime>
    {
        public static string TypeName => "CalendarDateTime";

        public static bool TryConvert(in DataValue value, out CalendarDateTime result)
        {
            var isCalendar = value.Kind is ValueKind.Date or ValueKind.DateTime or ValueKind.Timestamp && !value.IsFarInstant;
            result = isCalendar ? value.AsCalendar() : default;
            return isCalendar;
        }
    }
}
