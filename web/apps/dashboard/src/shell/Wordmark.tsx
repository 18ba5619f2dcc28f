export function Wordmark() {
  return (
    <>
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="#0b6a7d" />
        <path
          d="M5 13c3.7 0 3.7-3 7.3-3s3.7 3 7.4 3 3.6-3 7.3-3M5 19c3.7 0 3.7-3 7.3-3s3.7 3 7.4 3 3.6-3 7.3-3M9 25c2.3 0 2.3-3 4.7-3s2.3 3 4.6 3 2.4-3 4.7-3"
          fill="none"
          stroke="#fff"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </svg>
      headwater
    </>
  );
}
