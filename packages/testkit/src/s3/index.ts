export { startS3, type Fault, type S3Double } from './startS3.ts';
