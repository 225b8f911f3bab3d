import type { Check } from '../check.ts';
import { absentLooksForeign } from './absentLooksForeign.ts';
import { ackedIsKept } from './ackedIsKept.ts';
import { adjacentPages } from './adjacentPages.ts';
import { afterAckIsAbove } from './afterAckIsAbove.ts';
import { badFrames } from './badFrames.ts';
import { badRequests } from './badRequests.ts';
import { beforeBind } from './beforeBind.ts';
import { bindDeadline } from './bindDeadline.ts';
import { catchesUp } from './catchesUp.ts';
import { fileSize, membersPerGroup, opensPerSocket, socketsPerUser, unboundPerAddress } from './countLimits.ts';
import { eachOnce } from './eachOnce.ts';
import { everyAskIsAnswered } from './everyAskIsAnswered.ts';
import { foreignOrigin } from './foreignOrigin.ts';
import { heartbeat } from './heartbeat.ts';
import { liveWithoutGaps } from './liveWithoutGaps.ts';
import { logEpochIsTold } from './logEpochIsTold.ts';
import { marksOnlyRise } from './marksOnlyRise.ts';
import { noHoles } from './noHoles.ts';
import { noncesDiffer } from './noncesDiffer.ts';
import { nothingFromNowhere } from './nothingFromNowhere.ts';
import { nothingLeaks } from './nothingLeaks.ts';
import { oneIdOnePlace } from './oneIdOnePlace.ts';
import { presenceIsTold } from './presenceIsTold.ts';
import { frameRate, groupRate, minuteRate, requestRate, sendRate } from './rateLimits.ts';
import { recallLeavesTombstone } from './recallLeavesTombstone.ts';
import { refusedIsNotKept } from './refusedIsNotKept.ts';
import { removalIsAtOnce } from './removalIsAtOnce.ts';
import { removedGetsNothing } from './removedGetsNothing.ts';
import { renewedToken } from './renewedToken.ts';
import { repeatIsAnswered } from './repeatIsAnswered.ts';
import { revokedIsOut } from './revokedIsOut.ts';
import { samePlaceForAll } from './samePlaceForAll.ts';
import { senderOrder } from './senderOrder.ts';
import { contentSize, frameSize, pageSize } from './sizeLimits.ts';
import { slowReader } from './slowReader.ts';
import { staleKeyIsRefused } from './staleKeyIsRefused.ts';
import { stateIsEvents } from './stateIsEvents.ts';
import { strangerGetsNothing } from './strangerGetsNothing.ts';
import { tailInPing } from './tailInPing.ts';
import { takeover } from './takeover.ts';
import { timeDoesNotFall } from './timeDoesNotFall.ts';
import { typingIsTold } from './typingIsTold.ts';
import { unknownIsOnce } from './unknownIsOnce.ts';
import { closeCodesAreKnown, framesAreOfTheProtocol, nothingBroke } from './wholeRun.ts';

export const checks: readonly Check[] = [
  absentLooksForeign,
  ackedIsKept,
  adjacentPages,
  afterAckIsAbove,
  badFrames,
  badRequests,
  beforeBind,
  bindDeadline,
  catchesUp,
  opensPerSocket,
  membersPerGroup,
  unboundPerAddress,
  socketsPerUser,
  fileSize,
  eachOnce,
  everyAskIsAnswered,
  foreignOrigin,
  heartbeat,
  liveWithoutGaps,
  logEpochIsTold,
  marksOnlyRise,
  noHoles,
  noncesDiffer,
  nothingFromNowhere,
  nothingLeaks,
  oneIdOnePlace,
  sendRate,
  frameRate,
  groupRate,
  minuteRate,
  requestRate,
  presenceIsTold,
  recallLeavesTombstone,
  refusedIsNotKept,
  removalIsAtOnce,
  removedGetsNothing,
  renewedToken,
  repeatIsAnswered,
  revokedIsOut,
  samePlaceForAll,
  senderOrder,
  contentSize,
  frameSize,
  pageSize,
  slowReader,
  staleKeyIsRefused,
  stateIsEvents,
  strangerGetsNothing,
  tailInPing,
  takeover,
  timeDoesNotFall,
  typingIsTold,
  unknownIsOnce,
  framesAreOfTheProtocol,
  closeCodesAreKnown,
  nothingBroke,
];
